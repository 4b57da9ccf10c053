"""Ten requests of the year, checked by hand: each line against product.md §4, the calendars of almanac.py and the runs of the jobs.

Times are those of Paris. A letter leaves at the first run after its hour: from 8:30 to 18:30 where its reader is, on a
working day, when it is automatic. After the mark, why on that day.
"""

CHECKED = {
    # Overseas: Société de Saint-Denis, La Réunion; days when nothing ran.
    "2026-0110": """
        the request: closed
            Thu 08/01/2026 12:21 submit by Thi-Mai Nguyen
            Thu 08/01/2026 13:40 new_request → marianne (sent)
            Tue 13/01/2026 13:40 reminder_decision → marianne (sent)  # third working day: 9, 12, 13
            Fri 16/01/2026 17:10 reminder_decision → marianne (sent)  # sixth
            Tue 20/01/2026 08:45 reminder_escalated → jean_baptiste (sent)  # eighth: to the colleague, and to whoever asked
            Tue 20/01/2026 08:45 reminder_escalated_delegate → thi_mai (sent)  # eighth: to the colleague, and to whoever asked
            Sat 31/01/2026 08:38 approve by Marianne Lefort
            Tue 03/02/2026 17:10 approved → thi_mai (sent)  # sent by hand on Saturday: nothing ran from 30 January to 2 February
            Sat 07/02/2026 18:54 close by clock
        at Saint-Denis: refused
            Sat 31/01/2026 08:38 introduction_ask_consent by Marianne Lefort
            Tue 03/02/2026 17:10 ask_consent → contact (sent)  # sent by hand on Saturday: nothing ran from 30 January to 2 February
            Fri 06/02/2026 08:45 reminder_consent → contact (sent)  # fifth working day after the 31st, for which the ask was promised; 11:45 in La Réunion
            Sat 07/02/2026 18:54 introduction_refuse by contact
            Sun 08/02/2026 13:40 no_follow_up → thi_mai (sent)  # the contact's own no: at once, even on a Sunday
    """,
    # A school of zone A, the autumn holidays; declined first, then taken up again.
    "2025-0008": """
        the request: closed
            Mon 08/09/2025 08:00 submit by Soraya Benali
            Mon 08/09/2025 14:50 new_request → nadia (sent)
            Fri 12/09/2025 08:45 reminder_decision → nadia (sent)  # third working day: 11 September, when nothing ran by day
            Sun 14/09/2025 00:16 decline by Nadia Benhaddou
            Sun 14/09/2025 14:50 declined → soraya (sent)
            Thu 25/09/2025 21:55 reopen by Nadia Benhaddou
            Fri 26/09/2025 14:50 reopened → soraya (sent)
            Wed 01/10/2025 09:00 reminder_decision → nadia (sent)  # third working day after it was taken up again: 30 September, when nothing ran by day
            Fri 03/10/2025 17:10 reminder_decision → nadia (sent)  # sixth: 1, 2, 3
            Tue 07/10/2025 08:45 reminder_escalated → karim (sent)  # eighth: 6, 7
            Tue 07/10/2025 08:45 reminder_escalated_delegate → soraya (sent)  # eighth: 6, 7
            Sun 12/10/2025 12:17 approve by Karim Lahlou
            Sun 12/10/2025 23:15 approved → soraya (sent)
            Tue 18/11/2025 08:45 close by clock
        at Lyon: unanswered
            Sun 12/10/2025 12:17 introduction_ask_consent by Karim Lahlou
            Mon 13/10/2025 08:45 ask_consent → contact (sent)  # promised for Monday, half past eight
            Mon 03/11/2025 09:00 reminder_consent → contact (sent)  # fifth working day: 20 October, in the holidays (18 October to 2 November)
            Tue 18/11/2025 08:45 introduction_lapse by clock  # ten working days after the reminder, as much time to answer as any; the 11th is a holiday
            Tue 18/11/2025 08:45 lapsed → nadia (sent)
            Tue 18/11/2025 08:45 no_follow_up → soraya (sent)
    """,
    # Absence: Jean-Baptiste is away from 17 November to 5 December, Marianne stands in; nobody answers in Lyon.
    "2025-0058": """
        the request: closed
            Sun 16/11/2025 22:51 submit by Thi-Mai Nguyen
            Mon 17/11/2025 13:40 new_request → jean_baptiste (sent)  # he still had it on Sunday
            Wed 19/11/2025 14:50 reminder_decision → marianne (sent)  # third working day: 17, 18, 19; to whoever stands in
            Mon 24/11/2025 13:40 reminder_decision → marianne (sent)  # sixth
            Mon 24/11/2025 14:46 approve by Marianne Lefort
            Mon 24/11/2025 17:10 approved → thi_mai (sent)
            Mon 15/12/2025 11:30 close by clock
        at Lyon: unanswered
            Mon 24/11/2025 14:46 introduction_ask_consent by Marianne Lefort
            Mon 24/11/2025 17:10 ask_consent → contact (sent)
            Mon 01/12/2025 09:00 reminder_consent → contact (sent)  # fifth working day: 25, 26, 27, 28, 1
            Mon 15/12/2025 11:30 introduction_lapse by clock  # fifteenth; he is back
            Mon 15/12/2025 11:30 lapsed → jean_baptiste (sent)
            Mon 15/12/2025 11:30 no_follow_up → thi_mai (sent)
    """,
    # Parked, then too late: the event passed.
    "2025-0034": """
        the request: expired
            Fri 17/10/2025 22:33 submit by Thi-Mai Nguyen
            Sat 18/10/2025 13:40 new_request → marianne (sent)
            Mon 20/10/2025 05:03 park by Marianne Lefort 2025-11-10
            Mon 20/10/2025 13:40 parked → thi_mai (sent)
            Fri 31/10/2025 11:30 reminder_event → marianne (sent)  # ten working days before 15 November, the 11th being a holiday; parked is not decided
            Mon 10/11/2025 19:30 resume by clock  # the date; the only run of the day
            Wed 12/11/2025 08:45 reminder_parked → marianne (sent)  # 19:30 is too late for a letter, the 11th a holiday
            Mon 17/11/2025 13:40 expire by clock  # the day after the event is a Sunday
            Mon 17/11/2025 13:40 expired → marianne (sent)  # the day after the event is a Sunday
            Mon 17/11/2025 13:40 expired → thi_mai (sent)  # the day after the event is a Sunday
    """,
    # Declined, after every reminder.
    "2025-0027": """
        the request: declined
            Wed 08/10/2025 08:53 submit by Thi-Mai Nguyen
            Wed 08/10/2025 17:10 new_request → marianne (sent)
            Fri 10/10/2025 08:45 reminder_event → marianne (sent)  # ten working days before 24 October
            Mon 13/10/2025 08:45 reminder_decision → marianne (sent)  # third working day: 9, 10, 13
            Thu 16/10/2025 14:50 reminder_decision → marianne (sent)  # sixth
            Mon 20/10/2025 13:40 reminder_escalated → jean_baptiste (sent)  # eighth: 17, 20
            Mon 20/10/2025 13:40 reminder_escalated_delegate → thi_mai (sent)  # eighth: 17, 20
            Sat 25/10/2025 00:04 decline by Marianne Lefort
            Sat 25/10/2025 06:40 declined → thi_mai (sent)  # decided by hand: no hour is waited for
    """,
    # Redirected, by whoever stands in (Nadia is away from 20 to 31 October); asked from La Réunion for Mayotte.
    "2025-0024": """
        the request: closed
            Wed 01/10/2025 17:46 submit by Élodie Hoarau
            Thu 02/10/2025 08:45 new_request → nadia (sent)
            Mon 06/10/2025 14:50 reminder_decision → nadia (sent)  # third working day: 2, 3, 6
            Thu 09/10/2025 09:00 reminder_decision → nadia (sent)  # sixth
            Mon 13/10/2025 06:40 reminder_escalated_delegate → elodie (sent)  # eighth; 8:40 in La Réunion, too early in Paris
            Mon 13/10/2025 08:45 reminder_escalated → karim (sent)  # eighth
            Sun 26/10/2025 15:02 redirect by Karim Lahlou
            Mon 27/10/2025 05:50 redirected → elodie (sent)
            Mon 27/10/2025 14:50 reminder_event → karim (sent)  # ten working days before 8 November
            never reminder_decision → karim (cancelled)  # posted on the 29th at 19:30 for the next morning; he approved before a run
            Thu 30/10/2025 10:37 approve by Karim Lahlou
            Thu 30/10/2025 11:30 approved → elodie (sent)
            Fri 21/11/2025 09:00 close by clock
        at Mamoudzou: unanswered
            Thu 30/10/2025 10:37 introduction_ask_consent by Karim Lahlou
            Thu 30/10/2025 11:30 ask_consent → contact (sent)
            Thu 06/11/2025 08:45 reminder_consent → contact (sent)
            Fri 21/11/2025 09:00 introduction_lapse by clock
            Fri 21/11/2025 09:00 lapsed → karim (sent)
            Fri 21/11/2025 09:00 no_follow_up → elodie (sent)
    """,
    # Withdrawn, and sent again.
    "2026-0188": """
        the request: expired
            Sun 29/03/2026 17:06 submit by Thi-Mai Nguyen
            never new_request → jean_baptiste (cancelled)  # withdrawn before anything ran
            Mon 30/03/2026 15:10 withdraw by Thi-Mai Nguyen
            Mon 30/03/2026 19:30 withdrawn → jean_baptiste (sent)
            Sat 04/04/2026 17:57 resend by Thi-Mai Nguyen
            Sun 05/04/2026 05:50 new_request → jean_baptiste (sent)
            Mon 13/04/2026 08:45 reminder_decision → jean_baptiste (sent)  # third working day: 9 April (the 6th is Easter Monday); the runs of the 9th and the 10th came before half past eight
            Tue 14/04/2026 14:50 reminder_decision → jean_baptiste (sent)  # sixth: 7, 8, 9, 10, 13, 14
            Thu 16/04/2026 08:45 reminder_escalated → marianne (sent)  # eighth
            Thu 16/04/2026 08:45 reminder_escalated_delegate → thi_mai (sent)  # eighth
            Tue 05/05/2026 11:30 expire by clock  # twentieth: 1 May is a holiday
            Tue 05/05/2026 11:30 expired → jean_baptiste (sent)  # twentieth: 1 May is a holiday
            Tue 05/05/2026 11:30 expired → thi_mai (sent)  # twentieth: 1 May is a holiday
    """,
    # A question that stays without an answer.
    "2026-0182": """
        the request: expired
            Tue 24/03/2026 08:12 submit by Thi-Mai Nguyen
            Tue 24/03/2026 14:50 new_request → jean_baptiste (sent)
            Tue 31/03/2026 08:45 reminder_decision → jean_baptiste (sent)  # third working day: the 27th; the runs of the 27th and the 30th came too late in the evening
            Thu 02/04/2026 08:45 reminder_decision → jean_baptiste (sent)  # sixth: 1 April, whose only run came at 6:40
            Fri 03/04/2026 13:40 reminder_escalated → marianne (sent)  # eighth: Good Friday is a holiday in Alsace only
            Fri 03/04/2026 13:40 reminder_escalated_delegate → thi_mai (sent)  # eighth: Good Friday is a holiday in Alsace only
            Fri 10/04/2026 09:49 ask_info by Marianne Lefort
            Sat 11/04/2026 09:00 info_asked → thi_mai (sent)
            Fri 17/04/2026 11:30 reminder_question → thi_mai (sent)  # fifth working day after the question: 13 to 17
            Tue 12/05/2026 14:50 expire by clock  # twentieth after the question: 1 and 8 May are holidays
            Tue 12/05/2026 14:50 expired → jean_baptiste (sent)  # twentieth after the question: 1 and 8 May are holidays
            Tue 12/05/2026 14:50 expired → thi_mai (sent)  # twentieth after the question: 1 and 8 May are holidays
    """,
    # Introduced in Guadeloupe for somebody of La Réunion, and nobody ever told.
    "2025-0091": """
        the request: closed
            Wed 17/12/2025 20:22 submit by Élodie Hoarau
            Thu 18/12/2025 06:40 new_request → nadia (sent)
            Mon 22/12/2025 08:45 reminder_decision → nadia (sent)  # third working day: 18, 19, 22
            Tue 23/12/2025 04:37 approve by Nadia Benhaddou
            Tue 23/12/2025 05:50 approved → elodie (sent)
            Wed 18/02/2026 17:10 close by clock
        at Pointe-à-Pitre: closed
            Tue 23/12/2025 04:37 introduction_ask_consent by Nadia Benhaddou
            Tue 23/12/2025 23:15 ask_consent → contact (sent)  # promised for 8:30 there, 13:30 in Paris; 18:15 there
            Fri 26/12/2025 21:38 introduction_accept by contact
            Fri 26/12/2025 21:38 introduction_introduce by contact
            Sat 27/12/2025 05:50 introduction → contact (sent)  # a yes introduces at once
            Sat 27/12/2025 05:50 introduction → elodie (sent)  # a yes introduces at once
            Mon 12/01/2026 05:50 reminder_outcome → elodie (sent)  # tenth working day: 29, 30, 31, 2, 5, 6, 7, 8, 9, 12; 8:50 in La Réunion
            Mon 19/01/2026 17:10 reminder_outcome_contact → contact (sent)  # five more, once; 12:10 in Guadeloupe: 11:30 was 6:30
            Wed 11/02/2026 13:40 reminder_outcome_again → elodie (sent)  # ten more would be 26 January; the event is on 10 February: the day after
            Wed 18/02/2026 17:10 introduction_record_outcome by clock  # five more: not known
    """,
    # Postponed until a Saturday in the holidays.
    "2025-0056": """
        the request: approved
            Sun 09/11/2025 22:19 submit by Soraya Benali
            Mon 10/11/2025 19:30 new_request → karim (sent)
            Tue 11/11/2025 06:07 approve by Karim Lahlou
            Tue 11/11/2025 13:40 approved → soraya (sent)
        at Toulouse: postponed
            Tue 11/11/2025 06:07 introduction_ask_consent by Karim Lahlou
            Tue 11/11/2025 13:40 ask_consent → contact (sent)
            Tue 18/11/2025 08:45 reminder_consent → contact (sent)  # fifth working day after the 11th, a holiday: 12, 13, 14, 17, 18
            Wed 19/11/2025 00:37 introduction_postpone by contact 2026-01-03
            Wed 19/11/2025 14:50 postponed → karim (sent)
            Wed 19/11/2025 14:50 postponed → soraya (sent)
            Mon 05/01/2026 11:30 reminder_postponed → karim (sent)  # the 3rd is a Saturday
    """,
}
