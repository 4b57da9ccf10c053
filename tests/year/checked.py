"""Ten requests of the year, checked by hand: each line against product.md §4, the calendars of almanac.py and the runs of the jobs.

Times are those of Paris. A letter leaves at the first run after its hour: from 8:30 to 18:30 where its reader is, on a
working day, when it is automatic. After the mark, why on that day. The numbers are places in the plan of play.py.
"""

CHECKED = {
    # Overseas: a firm in Guadeloupe, five or six hours behind; asked from Martinique.
    20: """
        the request, for no day: closed
            Mon 15/06/2026 20:00 submit by Gaëlle Marie-Sainte
            Wed 17/06/2026 05:50 new_request → jean_baptiste (sent)  # nothing ran on the 16th
            Wed 17/06/2026 20:01 approve by Jean-Baptiste Roussel
            Wed 17/06/2026 23:15 approved → gaelle (sent)
            Thu 02/07/2026 00:10 close by clock
        at Pointe-à-Pitre: refused
            Wed 17/06/2026 20:01 introduction_ask_consent by Jean-Baptiste Roussel
            Wed 17/06/2026 23:15 ask_consent → contact (sent)
            Wed 24/06/2026 17:10 reminder_consent → contact (sent)  # fifth working day: 18, 19, 22, 23, 24; 11:10 there
            Thu 02/07/2026 00:10 introduction_refuse by contact
            Thu 02/07/2026 05:50 no_follow_up → gaelle (sent)  # the contact's own no: at once
    """,
    # A school of zone A that never answers, the spring holidays (4 to 19 April).
    214: """
        the request, for Sat 20/06/2026: closed
            Sat 21/03/2026 20:42 submit by Gaëlle Marie-Sainte
            Sun 22/03/2026 05:50 new_request → jean_baptiste (sent)
            Wed 25/03/2026 13:40 reminder_decision → jean_baptiste (sent)  # third working day: 23, 24, 25
            Thu 26/03/2026 04:55 approve by Marianne Lefort
            Thu 26/03/2026 11:30 approved → gaelle (sent)
            Tue 21/04/2026 09:00 close by clock
        at Lyon: unanswered
            Thu 26/03/2026 04:55 introduction_ask_consent by Marianne Lefort
            Thu 26/03/2026 11:30 ask_consent → contact (sent)
            Thu 02/04/2026 08:45 reminder_consent → contact (sent)  # fifth: 27, 30, 31, 1, 2; two days before the holidays
            Tue 21/04/2026 09:00 introduction_lapse by clock  # fifteenth: 17 April, in the holidays; on the 20th the only run was before half past eight
            Tue 21/04/2026 09:00 lapsed → jean_baptiste (sent)  # with the step
            Fri 24/04/2026 17:10 no_follow_up → gaelle (sent)  # the 21st at 9:00 is night in Martinique; no run by day before the 24th
    """,
    # Declined, after every reminder.
    7: """
        the request, for Mon 15/06/2026: declined  # decided by hand on a holiday: no hour is waited for
            Sat 18/04/2026 22:02 submit by Thi-Mai Nguyen
            Sun 19/04/2026 06:40 new_request → jean_baptiste (sent)
            Fri 24/04/2026 17:10 reminder_decision → jean_baptiste (sent)  # third working day: 22 April, when nothing ran; the 23rd only before half past eight
            Mon 27/04/2026 13:40 reminder_decision → jean_baptiste (sent)  # sixth: 23, 24, 27
            Wed 29/04/2026 08:45 reminder_escalated → marianne (sent)  # eighth: 28, 29
            Wed 29/04/2026 08:45 reminder_escalated_delegate → thi_mai (sent)  # eighth: 28, 29
            Fri 08/05/2026 10:10 decline by Marianne Lefort
            Fri 08/05/2026 19:30 declined → thi_mai (sent)  # decided by hand on a holiday: no hour is waited for
    """,
    # Parked until a Saturday, then forgotten by everybody.
    6: """
        the request, for no day: expired
            Wed 17/09/2025 20:12 submit by Gaëlle Marie-Sainte
            Thu 18/09/2025 06:40 new_request → jean_baptiste (sent)
            Mon 22/09/2025 10:25 park by Marianne Lefort 2025-10-11
            Mon 22/09/2025 23:15 parked → gaelle (sent)
            Mon 13/10/2025 08:45 reminder_parked → jean_baptiste (sent)  # 11 October is a Saturday; at 6:40 nobody is written to
            Mon 13/10/2025 08:45 resume by clock  # the same Monday, from half past eight
            Thu 16/10/2025 14:50 reminder_decision → jean_baptiste (sent)  # third working day since it was taken up: 14, 15, 16
            Tue 21/10/2025 11:30 reminder_decision → jean_baptiste (sent)  # sixth: 17, 20, 21
            Thu 23/10/2025 11:30 reminder_escalated → marianne (sent)  # eighth: 22, 23
            Fri 24/10/2025 19:30 reminder_escalated_delegate → gaelle (sent)  # at 11:30 the day before it was half past five in Martinique
            Mon 10/11/2025 19:30 expire by clock  # twentieth: 10 November, the only run of the day
            Mon 10/11/2025 19:30 expired → gaelle (sent)  # 14:30 in Martinique
            Wed 12/11/2025 08:45 expired → jean_baptiste (sent)  # 19:30 is too late in Paris, the 11th a holiday
    """,
    # Redirected to a colleague, around Christmas; he is away from 12 to 23 January, and Nadia stands in.
    41: """
        the request, for no day: expired
            Mon 15/12/2025 12:58 submit by Lucas Ferreira
            Mon 15/12/2025 17:10 new_request → nadia (sent)
            Thu 18/12/2025 14:50 reminder_decision → nadia (sent)  # third working day: 16, 17, 18
            Thu 18/12/2025 15:40 redirect by Nadia Benhaddou
            Thu 18/12/2025 19:30 new_request → karim (sent)  # by hand: at any hour
            Thu 18/12/2025 19:30 redirected → lucas (sent)
            Tue 23/12/2025 11:30 reminder_decision → karim (sent)  # third since he has it: 19, 22, 23
            Mon 29/12/2025 09:00 reminder_decision → karim (sent)  # sixth: 24, 26, 29
            Mon 05/01/2026 11:30 reminder_escalated → nadia (sent)  # eighth: 31 December, an eve; on 2 January the only run was at 6:40
            Mon 05/01/2026 11:30 reminder_escalated_delegate → lucas (sent)  # eighth: 31 December, an eve; on 2 January the only run was at 6:40
            Mon 19/01/2026 08:45 expire by clock  # twentieth working day after the 18th
            Mon 19/01/2026 08:45 expired → lucas (sent)
            Mon 19/01/2026 08:45 expired → nadia (sent)  # she stands in
    """,
    # Withdrawn, sent again, and too late for its event; Karim is away from 12 January.
    90: """
        the request, for Sun 01/02/2026: expired
            Mon 15/12/2025 22:24 submit by Lucas Ferreira
            Tue 16/12/2025 13:40 new_request → karim (sent)
            Wed 17/12/2025 01:55 withdraw by Lucas Ferreira
            Wed 17/12/2025 11:30 withdrawn → karim (sent)
            Sun 21/12/2025 23:34 resend by Lucas Ferreira
            Mon 22/12/2025 08:45 new_request → karim (sent)
            Fri 26/12/2025 13:40 reminder_decision → karim (sent)  # third working day since it was sent again: 24 December, an eve; then Christmas
            Tue 30/12/2025 09:00 reminder_decision → karim (sent)  # sixth: 26, 29, 30
            Mon 05/01/2026 11:30 reminder_escalated → nadia (sent)  # eighth: 2 January, when the only run was at 6:40
            Mon 05/01/2026 11:30 reminder_escalated_delegate → lucas (sent)  # eighth: 2 January, when the only run was at 6:40
            Mon 19/01/2026 08:45 reminder_event → nadia (sent)  # ten working days before 1 February; to whoever stands in
            Tue 20/01/2026 08:45 expire by clock  # twentieth working day, before the event
            Tue 20/01/2026 08:45 expired → lucas (sent)
            Tue 20/01/2026 08:45 expired → nadia (sent)  # she stands in
    """,
    # A question that nobody answers.
    32: """
        the request, for Mon 09/02/2026: expired
            Sun 21/12/2025 08:12 submit by Thi-Mai Nguyen
            Sun 21/12/2025 19:30 new_request → jean_baptiste (sent)
            Thu 25/12/2025 14:07 ask_info by Marianne Lefort
            Thu 25/12/2025 17:10 info_asked → thi_mai (sent)  # by hand, on Christmas Day
            Mon 05/01/2026 11:30 reminder_question → thi_mai (sent)  # fifth working day: 26, 29, 30, 31, 2; on the 2nd the only run was at 6:40
            Fri 23/01/2026 09:00 expire by clock  # twentieth: 5 to 9, 12 to 16, 19 to 23
            Fri 23/01/2026 09:00 expired → jean_baptiste (sent)
            Fri 23/01/2026 09:00 expired → thi_mai (sent)
    """,
    # The introduction took place and nobody told; asked from La Réunion, two hours ahead in summer.
    111: """
        the request, for no day: closed
            Thu 18/06/2026 20:48 submit by Élodie Hoarau
            Fri 19/06/2026 08:45 new_request → nadia (sent)  # nothing ran on the 18th; she is away, and nobody stands in
            Sat 20/06/2026 04:53 approve by Nadia Benhaddou
            Sat 20/06/2026 05:50 approved → elodie (sent)
            Fri 31/07/2026 08:45 close by clock
        at Courbevoie: closed
            Sat 20/06/2026 04:53 introduction_ask_consent by Nadia Benhaddou
            Mon 22/06/2026 09:00 ask_consent → contact (sent)  # approved on a Saturday for the next good hour
            Thu 25/06/2026 12:54 introduction_accept by contact
            Thu 25/06/2026 12:54 introduction_introduce by contact
            Thu 25/06/2026 17:10 introduction → contact (sent)  # at once
            Thu 25/06/2026 17:10 introduction → elodie (sent)  # at once
            Thu 09/07/2026 06:40 reminder_outcome → elodie (sent)  # tenth working day: 26, 29, 30, 1, 2, 3, 6, 7, 8, 9; 8:40 in La Réunion
            Fri 17/07/2026 09:00 reminder_outcome_contact → contact (sent)  # fifth after that, 14 July being a holiday: 10, 13, 15, 16, 17
            Fri 24/07/2026 13:40 reminder_outcome_again → elodie (sent)  # tenth after that: 20 to 24; 7:50 at the first run is too early there
            Fri 31/07/2026 08:45 introduction_record_outcome by clock  # fifth after that: nobody told
    """,
    # Postponed by the contact to a day the week after.
    272: """
        the request, for Sat 08/08/2026: approved
            Wed 10/06/2026 20:36 submit by Gaëlle Marie-Sainte
            Wed 10/06/2026 23:15 new_request → marianne (sent)  # Jean-Baptiste is away from the 8th to the 12th: she stands in
            Sun 14/06/2026 07:18 approve by Jean-Baptiste Roussel
            Sun 14/06/2026 08:45 approved → gaelle (sent)
        at Lyon: postponed
            Sun 14/06/2026 07:18 introduction_ask_consent by Jean-Baptiste Roussel
            Sun 14/06/2026 08:45 ask_consent → contact (sent)  # sent by hand on a Sunday, at once
            Wed 17/06/2026 22:39 introduction_postpone by contact 2026-06-23
            Wed 17/06/2026 23:15 postponed → gaelle (sent)  # the contact's own answer: at once
            Wed 17/06/2026 23:15 postponed → marianne (sent)  # the contact's own answer: at once
            Tue 23/06/2026 08:45 reminder_postponed → marianne (sent)  # the day they named
            Mon 29/06/2026 17:10 reminder_answered → marianne (sent)  # third working day: 24, 25, 26; nothing ran on the Friday
            Wed 01/07/2026 09:00 reminder_answered → marianne (sent)  # sixth: 29, 30, 1
            Mon 06/07/2026 09:00 reminder_forgotten → jean_baptiste (sent)  # eighth: 2, 3; nothing ran on that Friday within office hours
    """,
    # For an event so near that it is over before anybody decides.
    28: """
        the request, for Sat 20/09/2025: expired
            Wed 03/09/2025 08:38 submit by Gaëlle Marie-Sainte
            Wed 03/09/2025 17:10 new_request → jean_baptiste (sent)
            Mon 08/09/2025 14:50 reminder_event → jean_baptiste (sent)  # ten working days before 20 September; the third working day is the same, and one letter is enough
            Fri 12/09/2025 08:45 reminder_decision → jean_baptiste (sent)  # sixth: 9, 10, 11; on the 11th the only run was at 19:30
            Tue 16/09/2025 17:10 reminder_escalated → marianne (sent)  # eighth: 12, 15, when nothing ran
            Tue 16/09/2025 17:10 reminder_escalated_delegate → gaelle (sent)  # eighth: 12, 15, when nothing ran
            Mon 22/09/2025 23:15 expire by clock  # the day after the event is a Sunday; the only run of Monday
            Mon 22/09/2025 23:15 expired → gaelle (sent)  # 17:15 in Martinique
            Tue 23/09/2025 11:30 expired → jean_baptiste (sent)  # 23:15 is too late in Paris; 5:50 too early
    """,
}
