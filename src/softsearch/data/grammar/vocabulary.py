# ruff: noqa: E501 - a concept is one row of a table
"""Adjectives, verbs and prepositions: one concept per line, one column per language."""

from __future__ import annotations

# key | kinds of noun | German, with the attributive stem where it differs | English | French: masculine (+ before the
# noun, = invariable), feminine where irregular, masculine before a vowel. "mood": a passing state that can be
# a reason for what somebody does, "weak" for what not, "appetite" for eating; "flaw" and "merit": a reason why
# something is left or taken.
ADJECTIVES = """
old | adult animal thing place town building written scale | alt | old | +vieux vieille vieil
young | worker man woman student neighbour family king queen animal scale | jung | young | +jeune
small | child boy man woman king animal thing place town building tree scale | klein | small | +petit
big | animal thing place town building tree scale | groß | big | +grand
tired | person animal mood weak | müde:müd | tired | fatigué
hungry | person animal mood appetite | hungrig | hungry | affamé
happy | person mood | glücklich | happy | heureux heureuse
sad | person mood | traurig | sad | triste
sick | person animal mood weak | krank | sick | malade
angry | person mood | wütend | angry | fâché
worried | person mood | besorgt | worried | inquiet inquiète
nervous | person mood | nervös | nervous | nerveux nerveuse
friendly | person pet scale | freundlich | friendly | +gentil gentille
polite | person scale | höflich | polite | poli
famous | worker town museum hotel novel poem picture scale | berühmt | famous | célèbre
rich | person scale | reich | rich | riche
poor | person scale | arm | poor | pauvre
strong | person horse bear scale | stark | strong | fort
clever | person pet monkey scale | klug | clever | intelligent
brave | person pet scale | mutig | brave | courageux courageuse
lazy | person pet pig scale | faul | lazy | paresseux paresseuse
hard_working | person scale | fleißig | hard-working | travailleur travailleuse
curious | person pet monkey goat scale | neugierig | curious | curieux curieuse
wild | animal scale | wild | wild | sauvage
black | animal clothing machine bag umbrella | schwarz | black | noir
white | animal clothing furniture machine flower house | weiß | white | blanc blanche
brown | animal clothing furniture bag | braun | brown | =marron
red | clothing machine furniture bag umbrella ball flower door apple | rot | red | rouge
green | clothing machine furniture bag umbrella ball door apple bottle | grün | green | vert
blue | clothing machine furniture bag umbrella ball flower door | blau | blue | bleu
yellow | clothing machine furniture bag umbrella ball flower | gelb | yellow | jaune
fresh | food flower merit | frisch | fresh | frais fraîche
delicious | food merit | lecker | delicious | délicieux délicieuse
sweet | fruit cake biscuit | süß | sweet | sucré
hot | cooked hot_drink | heiß | hot | chaud
cold | drink soup | kalt | cold | froid
expensive | goods house restaurant hotel flaw scale | teuer:teur | expensive | cher chère
cheap | goods restaurant hotel merit | billig | cheap | =bon_marché
new | thing office school library museum hotel restaurant theatre station supermarket building merit | neu | new | +nouveau nouvelle nouvel
modern | machine furniture house_of office kitchen house scale | modern | modern | moderne
broken | bicycle car clock camera telephone boat table chair bed umbrella door flaw | kaputt | broken | cassé
beautiful | clothing picture plant place town ring song building merit scale | schön | beautiful | +beau belle bel
heavy | furniture container flaw scale | schwer | heavy | lourd
round | table clock ball box | rund | round | rond
long | written book scarf dress coat scale | lang | long | +long longue
short | written dress song scale | kurz | short | court
interesting | text question museum merit scale | interessant | interesting | intéressant
boring | text flaw scale | langweilig | boring | ennuyeux ennuyeuse
exciting | book novel story merit scale | spannend | exciting | passionnant
funny | text song merit scale | lustig | funny | drôle
important | letter report message question scale | wichtig | important | important
quiet | place town | ruhig | quiet | calme
ugly | clothing picture furniture building flaw scale | hässlich | ugly | laid
satisfied | person mood | zufrieden | satisfied | satisfait
patient | person | geduldig | patient | patient
shy | person pet | schüchtern | shy | timide
honest | person | ehrlich | honest | honnête
careful | adult | vorsichtig | careful | prudent
dangerous | bear wolf lion | gefährlich | dangerous | dangereux dangereuse
warm | clothing | warm | warm | chaud
dirty | clothing fragile window kitchen room bicycle car flaw | schmutzig | dirty | sale
empty | container fragile room | leer | empty | vide
difficult | question text flaw | schwierig | difficult | difficile
strange | text song picture | seltsam | strange | étrange
comfortable | furniture shoe coat sweater scale merit | bequem | comfortable | confortable
elegant | clothing hotel restaurant scale merit | elegant | elegant | élégant
"""

# key | frame | kinds of subject | kinds of object | traits | German (prefix-infinitive, 3rd person, past, participle,
# marks) | English (base ~particle or +preposition, then past, participle and progressive where irregular) | French
# (infinitive, ~what follows the participle, >a second infinitive, +preposition of the object, @what closes the clause;
# "se" where reflexive). Traits:
# "state" (no progressive), "event" (told afterwards), "unwilled" (neither wanted nor foreseen), "unnegated"; "at:" the
# kind of place where it is done, "with" (in company), "lasting" (for hours), "far" (remembered or planned for long),
# "habit" (done again and again, with "bare" to no object in particular). Objects: "choice" (judged), "consume" (nothing is
# left), "created" (new), "known" (definite), "indefinite" and "definite" (of the subject), "many" (up to 99), "list".
# Reasons: "appetite", "rest", "cheer", "gloom" (a mood for it), "effort" (a mood against it), "leisure" (takes time),
# "costs" (takes money), "awake" (for who cannot sleep), "caring" and "carefree" (for and against it while somebody is
# sick), "duty" (what one has to do). "warning": what one is told not to do.
VERBS = """
sleep | intransitive | person animal |  | at:calm habit lasting rest | schlafen schläft schlief geschlafen | sleep slept slept | dormir
work | intransitive | person |  | at:job duty effort habit lasting with caring | arbeiten arbeitet arbeitete gearbeitet | work | travailler
laugh | intransitive | person |  | at:place habit unwilled cheer carefree | lachen lacht lachte gelacht | laugh | rire
cry | intransitive | person |  | at:place unwilled gloom | weinen weint weinte geweint | cry | pleurer
dance | intransitive | person |  | at:stage effort habit lasting with cheer leisure carefree awake | tanzen tanzt tanzte getanzt | dance | danser
sing | intransitive | person bird |  | at:stage effort habit lasting with cheer leisure carefree awake | singen singt sang gesungen | sing sang sung | chanter
wait | intransitive | person pet |  | at:place habit lasting with | warten wartet wartete gewartet | wait | patienter
play | intransitive | child boy girl pet son daughter |  | at:outdoors effort habit lasting with leisure carefree awake | spielen spielt spielte gespielt | play | jouer
swim | intransitive | person duck dog bear |  | effort habit lasting with leisure carefree | schwimmen schwimmt schwamm geschwommen sein | swim swam swum swimming | nager
bark | intransitive | dog |  | at:outdoors habit unwilled | bellen bellt bellte gebellt | bark | aboyer
get_up | intransitive | person |  | habit | auf-stehen steht stand gestanden sein | get~up got got getting | se lever
fall_asleep | intransitive | person pet |  | at:place event unwilled | ein-schlafen schläft schlief geschlafen sein | fall~asleep fell fallen | se endormir
shop | intransitive | person |  | at:shop appetite duty effort habit with costs leisure caring carefree | ein-kaufen kauft kaufte gekauft | shop shopped shopped shopping | faire~les_courses
arrive | intransitive | person |  | at:house_of far unwilled | an-kommen kommt kam gekommen sein | arrive | arriver
depart | intransitive | person |  | duty far carefree | ab-reisen reist reiste gereist sein | depart | partir
watch_television | intransitive | person |  | habit lasting with leisure carefree awake | fern-sehen sieht sah gesehen | watch~television | regarder~la_télévision
eat | transitive | person | food | at:served choice consume appetite habit bare with list warning | essen isst aß gegessen | eat ate eaten | manger
feed_on | transitive | animal | feed | at:outdoors consume appetite habit bare unnegated | fressen frisst fraß gefressen | eat ate eaten | manger
drink | transitive | person | drink | at:served choice consume habit bare with warning | trinken trinkt trank getrunken | drink drank drunk | boire
lap | transitive | animal | lapped | consume habit bare unnegated | trinken trinkt trank getrunken | drink drank drunk | boire
read | transitive | person | text | at:calm choice far habit bare lasting many warning leisure awake | lesen liest las gelesen | read read read | lire
write | transitive | person | written | at:calm far habit bare many leisure created awake | schreiben schreibt schrieb geschrieben | write wrote written | écrire
buy | transitive | person | goods | at:shop choice far habit bare many list costs caring | kaufen kauft kaufte gekauft | buy bought bought | acheter
sell | transitive | person | goods | at:shop effort far many list warning caring | verkaufen verkauft verkaufte verkauft | sell sold sold | vendre
cook | transitive | person | cooked | at:kitchen appetite habit bare with list leisure caring created awake | kochen kocht kochte gekocht | cook | cuisiner
bake | transitive | person | baked | at:kitchen appetite habit bare many leisure caring created awake | backen backt backte gebacken | bake | cuire
see | transitive | person animal | person animal flower picture building | at:outdoors state list | sehen sieht sah gesehen | see saw seen | voir
hear | transitive | person | heard animal | state | hören hört hörte gehört | hear heard heard | entendre
seek | transitive | person | carried pet clothing child camera restaurant hotel | at:place | suchen sucht suchte gesucht | look+for | chercher
find | transitive | person | carried clothing camera money mistake | at:place event far unwilled known | finden findet fand gefunden | find found found | trouver
lose | transitive | person | carried money | at:place event far unwilled warning known | verlieren verliert verlor verloren | lose lost lost losing | perdre
forget | transitive | person | carried clothing question story | event unwilled warning known | vergessen vergisst vergaß vergessen | forget forgot forgotten forgetting | oublier
need | transitive | person | carried machine furniture clothing means | state list | brauchen braucht brauchte gebraucht | need | avoir~besoin+de
have | transitive | person | carried machine pet house garden question means clothing | state indefinite | haben hat hatte gehabt | have had had | avoir
love | transitive | person | parent family pet heard garden town flower chocolate | state | lieben liebt liebte geliebt | love | adorer
know | transitive | person | person heard story novel poem town museum restaurant | state | kennen kennt kannte gekannt | know knew known | connaître
visit | transitive | person | museum | far habit leisure | besuchen besucht besuchte besucht | visit | visiter
visit_person | transitive | person | person | duty far habit leisure caring | besuchen besucht besuchte besucht | visit | rendre~visite+à
ask | transitive | person | person |  | fragen fragt fragte gefragt | ask | interroger
call | transitive | person | person | habit leisure caring awake | an-rufen ruft rief gerufen | call | appeler
invite | transitive | person | person | far habit | ein-laden lädt lud geladen | invite | inviter
pick_up | transitive | person | person post | duty caring | ab-holen holt holte geholt | pick~up | aller>chercher
wake | transitive | person | child boy girl family parent guest pet | habit known warning | wecken weckt weckte geweckt | wake woke woken | réveiller
feed | transitive | person | animal | at:outdoors effort habit list known leisure | füttern füttert fütterte gefüttert | feed fed fed | nourrir
photograph | transitive | person | person animal building flower tree | at:outdoors far habit bare many list leisure | fotografieren fotografiert fotografierte fotografiert | photograph | photographier
paint | transitive | person | animal plant building picture | at:outdoors far habit bare list leisure awake | malen malt malte gemalt | paint | peindre
draw | transitive | person | animal plant building person | at:outdoors far habit bare many list leisure awake | zeichnen zeichnet zeichnete gezeichnet | draw drew drawn | dessiner
repair | transitive | person | machine furniture opening | duty effort far known leisure awake | reparieren repariert reparierte repariert | repair | réparer
wash | transitive | person | washed fruit pet carrot | effort habit bare known leisure caring | waschen wäscht wusch gewaschen | wash | laver
wear | transitive | person | clothing ring | choice effort warning | tragen trägt trug getragen | wear wore worn | porter
put_on | transitive | person | clothing | effort known | an-ziehen zieht zog gezogen | put~on put put putting | mettre
open | transitive | person | opening container letter umbrella | known warning | öffnen öffnet öffnete geöffnet | open | ouvrir
close | transitive | person | opening container | known warning | zu-machen macht machte gemacht | close | fermer
tidy | transitive | person | tidied | duty effort habit known leisure caring awake | auf-räumen räumt räumte geräumt | tidy~up | ranger
clean | transitive | person | opening kitchen shoe bicycle lamp | duty effort habit bare known leisure caring awake | putzen putzt putzte geputzt | clean | nettoyer
build | transitive | person | table chair bed lamp boat house | effort far leisure created | bauen baut baute gebaut | build built built | construire
sing_song | transitive | person | song | at:stage effort habit bare cheer | singen singt sang gesungen | sing sang sung | chanter
answer | transitive | person | question letter | duty far leisure awake | beantworten beantwortet beantwortete beantwortet | answer | répondre+à
correct | transitive | person | mistake report | duty far many | korrigieren korrigiert korrigierte korrigiert | correct | corriger
translate | transitive | person | text | at:calm far leisure awake | übersetzen übersetzt übersetzte übersetzt | translate | traduire
follow | transitive | person pet | person animal | effort unnegated | folgen folgt folgte gefolgt sein dat | follow | suivre
help | transitive | person | person | habit leisure caring | helfen hilft half geholfen dat | help | aider
thank | transitive | person | person |  | danken dankt dankte gedankt dat | thank | remercier
trust | transitive | person | person | state | vertrauen vertraut vertraute vertraut dat | trust | se fier+à
congratulate | transitive | person | person | far | gratulieren gratuliert gratulierte gratuliert dat | congratulate | féliciter
listen_to | transitive | person | person | leisure | zu-hören hört hörte gehört dat | listen+to | écouter
belong_to | transitive | thing building | person | state definite | gehören gehört gehörte gehört dat | belong+to | être+à
like | transitive | person | text clothing picture heard building garden town museum | state definite inverse | gefallen gefällt gefiel gefallen dat | like | aimer
give | ditransitive | person | gift fruit post clothing key drink | far list | geben gibt gab gegeben | give gave given | donner
show | ditransitive | person | text picture garden building machine picture animal | list | zeigen zeigt zeigte gezeigt | show showed shown | montrer
bring | ditransitive | person | food drink text chair umbrella flower | list caring | bringen bringt brachte gebracht | bring brought brought | apporter
send | ditransitive | person | post message picture flower | far | schicken schickt schickte geschickt | send sent sent | envoyer
lend | ditransitive | person | machine umbrella book coat money | effort far | leihen leiht lieh geliehen | lend lent lent | prêter
tell | ditransitive | person | story |  | erzählen erzählt erzählte erzählt | tell told told | raconter
sell_to | ditransitive | person | machine horse cow goat bread cheese | effort far list | verkaufen verkauft verkaufte verkauft | sell sold sold | vendre
know_that | clause | person |  | state | wissen weiß wusste gewusst | know knew known | savoir
believe_that | clause | person |  | state | glauben glaubt glaubte geglaubt | believe | croire
hope_that | clause | person |  | state | hoffen hofft hoffte gehofft | hope | espérer
think_that | clause | person |  | state | denken denkt dachte gedacht | think thought thought | penser
say_that | clause | person |  | state | sagen sagt sagte gesagt | say said said | dire
go | to_place | person | place practice | effort habit with | gehen geht ging gegangen sein | go went gone | aller
come | to_place | person | place | effort habit with caring | kommen kommt kam gekommen sein | come came come | venir
travel | to_city | person | name | effort far habit with costs leisure caring carefree | fahren fährt fuhr gefahren sein | go went gone | aller
fly | to_city | person | name | effort far habit with costs leisure caring carefree | fliegen fliegt flog geflogen sein | fly flew flown | aller@en_avion
run | intransitive | person animal |  | at:outdoors effort habit | rennen rennt rannte gerannt sein | run ran run running | courir
smoke | intransitive | adult |  | at:outdoors habit lasting | rauchen raucht rauchte geraucht | smoke | fumer
study | intransitive | student boy son daughter cousin |  | at:calm duty effort habit lasting with | lernen lernt lernte gelernt | study | étudier
come_back | intransitive | person |  | far unnegated caring | zurück-kommen kommt kam gekommen sein | come~back came come | revenir
hide | transitive | person | carried money gift chocolate | at:room known | verstecken versteckt versteckte versteckt | hide hid hidden | cacher
break | transitive | person | fragile window bottle | event unwilled | zerbrechen zerbricht zerbrach zerbrochen | break broke broken | casser
choose | transitive | person | clothing gift picture furniture | choice at:shop leisure known | aus-wählen wählt wählte gewählt | choose chose chosen | choisir
rent | transitive | adult | house office boat car | far costs | mieten mietet mietete gemietet | rent | louer
greet | transitive | person | person |  | begrüßen begrüßt begrüßte begrüßt | greet | saluer
meet | transitive | person | person | at:place far leisure | treffen trifft traf getroffen | meet met met | rencontrer
prepare | transitive | person | soup cake coffee tea | at:kitchen leisure caring created awake | zu-bereiten bereitet bereitete bereitet | prepare | préparer
turn_on | transitive | person | lamp radio computer | known warning | ein-schalten schaltet schaltete geschaltet | turn~on | allumer
forgive | transitive | person | person |  | verzeihen verzeiht verzieh verziehen dat | forgive forgave forgiven forgiving | pardonner+à
offer | ditransitive | person | food drink chair umbrella | list | an-bieten bietet bot geboten | offer | offrir
"""

# relation | German preposition with the dative | English | French
RELATIONS = {
    "behind": ("hinter", "behind", "derrière"),
    "next_to": ("neben", "next to", "à côté de"),
    "before": ("vor", "in front of", "devant"),
}
