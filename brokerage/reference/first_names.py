"""First names common in France, folded: only to tell which half of « Dupont Marie » is which."""

FIRST_NAMES = frozenset(
    """
    abdel abdelkader abdoulaye abel adam adama adele adeline adrien agathe agnes ahmed aicha aime aissatou alain
    alan alban albane albert alberto alex alexandra alexandre alexia alexis alfred alice alicia alima aline alioune
    alix alphonse amadou amael amandine amaury ambre amel amelia amelie amina aminata amine amir ana anais anas
    anastasia anatole andre andrea andreas andree ange angela angele angelique anissa anita ann anna annabelle anne
    annette annick annie anouk anselme anthony antoine antoinette antonin antonio apolline arielle aristide arlette
    armand armelle arnaud arsene arthur assia astrid aude audrey augustin aurelia aurelie aurelien aurore awa axel
    axelle aya ayoub ayse aziz baptiste barbara barnabe bartolome bastien beatrice benedicte benjamin benoit
    berenice bernadette bernard berthe bertrand bilal bilel binetou binta blaise blanche blandine boris boubacar
    brahim brandon brice brigitte bruno camille capucine carine carla carlos carole caroline caterina catherine
    cecile cedric celeste celestin celia celine chaima chantal charlene charles charlie charline charlotte cheikh
    cherif cheyenne chloe christel christele christelle christian christiane christine christophe cindy claire clara
    clarisse claude claudia claudie claudine clea clemence clement clementine clotilde colette colin coralie
    corentin corinne coumba cyprien cyril cyrille damien daniel daniela daniele danielle danny david deborah
    delphine denis denise desire diane didier dimitri djamila djibril dominique donatien dora doriane driss dylan
    edgar edith edmond edouard elea elena eleonore elias elif elina elisa elisabeth elise ella elodie eloi eloise
    elsa elvire emeline emeric emile emilie emilien emma emmanuel emmanuelle emre enora enzo eric erica erwan erwann
    esteban estelle esther ethan etienne eudes eugene eugenie eva evan eve eveline evelyne fabien fabienne fabio
    fabrice faical farid farida fatima fatou fatoumata faustine felicie felix ferdinand fernand fernando fiona
    flavie fleur flora florence florent florian florine francis francisco franck franco francois francoise fred
    frederic frederik frederique gabriel gabrielle gael gaelle gaetan gaspard gaston gauthier gautier genevieve
    geoffrey geoffroy george georges geraldine gerard germain germaine ghislain ghislaine gilbert gilberte gilles
    gina ginette gisele giulia graca gregoire gregory guilhem guillaume gulay gustave guy gwenael gwenaelle
    gwendoline habib hadrien hafsa hakim halima hamid hamza harry hassan hawa helena helene heloise henri henriette
    herve hippolyte honorine hortense houda houria hubert hugo hugues huguette ibrahim ibrahima ida idris idriss
    ikram ilyan ilyes imane imene inaya ines ingrid irene iris isaac isabelle isaure ismael issa ivan jacky jacob
    jacqueline jacques jade jalil jamel jamila jan jane janine jawad jean jeanne jeannine jennifer jeremie jeremy
    jerome jessica jihane jimmy joachim joana joanna joao jocelyn jocelyne joel joelle johan johann johanna john
    jonas jonathan jordan jorge jose josee joseph josephine josette josiane josselin joy juan judicael judith jules
    julia julian juliana julie julien julienne juliette justin justine kader kadiatou kamel karim karima karine karl
    katia kelly kenny kenza kevin khadidja khadija khaled killian kizito koffi kylian laila lamia lara larissa laura
    laure laureen laureline lauren laurence laurent laurie laurine lea leana leila lena leo leon leonard leonie
    leonor leopold leslie liam lila lilas lilia lilian liliane lilou lily lina linda line linh lionel lisa lise
    lison loan lobna loic lola lorena lorenzo lorraine lou louane louis louisa louise louison lubin luc luca lucas
    lucie lucien lucienne lucile lucille ludivine ludovic luis luisa luna lurdes lydia lydie lyna lysiane madeleine
    madeline mael maeline maelle maelys maeva magali magalie magdalena mahamadou mai maia maimouna maite malick
    malika malo malvina mamadou manon manuel manuela marc marceau marcel marcelle marco margaux margot marguerite
    maria mariam mariama marianne marie marielle marietta mariette marilyne marina marine mario marion marius
    marjolaine marjorie marlene martha marthe martin martine marwa marwan mary maryline maryse maryvonne massimo
    mateo mathias mathieu mathilde mathis matteo matthias matthieu maud maurice max maxence maxime maximilien maya
    medhi mehdi mehmet mei melanie melina melissa melodie mercedes meriem meryem michael michaela michel michele
    micheline michelle mickael miguel mila milan milena minh mireille miriam modou mohamed mohammed moise momar
    monia monica monique morgan morgane mouna mounia mounir mourad moussa muriel mustapha myriam nabil nabila nacer
    nada nadege nadia nadine nadir nael naima nancy naomi narcisse nasser nassim nassima natacha nathalie nathan
    nathanael ndeye nelly nicolas nicole nina nizar noa noah noe noel noelle noemie nolan nolwenn nora norbert
    nordine nour noura oceane octave odette odile olga olivia olivier olympe omar ombeline ophelie oscar othman
    ouissam oumar oumou ousmane ozan pablo paloma pamela paola paolo pascal pascale pascaline patrice patricia
    patrick paul paula paule pauline paulo pedro perle perrine petra philibert philippe philippine pierre pierrette
    pierrick prisca priscilla priscille prosper quang quentin quitterie rachel rachid rachida rafael raissa ralph
    ramon raoul raphael raphaelle rayan raymond raymonde rebecca regine regis reine remi remy renaud renaude rene
    renee reynald ricardo richard rita robert roberto robin rodolphe rodrigo rodrigue roger rokhaya roland rolande
    romain romane romaric romeo romuald romy ronan rosa rosalie rose roselyne roxane ruben rudy rui ruth ryan saad
    sabine sabrina sacha safia said saida salah salim salima sally salome samba sami samia samir samira samuel samy
    sandra sandrine sandy sara sarah sasha saskia sebastien segolene sekou selim selma serge sergio serigne serkan
    servane severine shaima sibylle sidonie sihem simon simone sirine sixtine slimane sofia sofian sofiane soizic
    solange solen solene solenn soline sonia sophia sophie soraya souad soufiane souleymane soumaya stanislas steeve
    stella stephane stephanie steve steven suzanne suzie sybille sylvain sylvaine sylvestre sylvette sylviane sylvie
    tanguy tania tanya tarik tatiana teddy teo teresa tess thais thea theo theodore theophile therese thi thibaud
    thibault thibaut thierry thomas tiago timeo timothe timothee tiphaine titouan tom tomas tristan tuan ugo ulysse
    urbain ursula valentin valentine valerian valerie valery vanessa vera veronique vianney vicky victoire victor
    victoria vincent viola violaine violette virginie viviane vladimir walid warren wassim wei wendy wilfried
    william willy xavier xiaoli yacine yael yan yanis yann yanne yannick yasmina yasmine yassine yohan yohann
    yolande youcef younes youssef youssouf ysaline yvan yves yvette yvon yvonne zacharie zakaria zeineb zeynep zineb
    zoe zohra zora
    """.split()
)
