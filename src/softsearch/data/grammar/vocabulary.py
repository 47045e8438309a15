# ruff: noqa: E501 - a concept is one row of a table
"""The tables behind :mod:`~softsearch.data.grammar.lexicon`: one concept per line, one column per language."""

from __future__ import annotations

# key | kinds, "mass" or the pronoun that takes the noun up | German: gender (* weak) singular plural | English |
# places only: German "at":German "to":English "at"
NOUNS = """
man | person adult he | m Mann Männer | man men
woman | person adult she | f Frau Frauen | woman women
child | person | n Kind Kinder | child children
boy | person he | m* Junge Jungen | boy boys
girl | person | n Mädchen Mädchen | girl girls
teacher | person adult worker she | f Lehrerin Lehrerinnen | teacher teachers
doctor | person adult worker he | m Arzt Ärzte | doctor doctors
baker | person adult worker he | m Bäcker Bäcker | baker bakers
farmer | person adult worker he | m* Bauer Bauern | farmer farmers
student | person adult he | m* Student Studenten | student students
artist | person adult worker she | f Künstlerin Künstlerinnen | artist artists
policeman | person adult worker he | m* Polizist Polizisten | policeman policemen
pilot | person adult worker he | m* Pilot Piloten | pilot pilots
neighbour | person adult he | m* Nachbar Nachbarn | neighbour neighbours
cook | person adult worker he | m Koch Köche | cook cooks
king | person adult he | m König Könige | king kings
queen | person adult she | f Königin Königinnen | queen queens
guest | person adult he | m Gast Gäste | guest guests
brother | person adult family he | m Bruder Brüder | brother brothers
sister | person adult family she | f Schwester Schwestern | sister sisters
father | person adult parent he | m Vater Väter | father fathers
mother | person adult parent she | f Mutter Mütter | mother mothers
grandfather | person adult parent he | m Großvater Großväter | grandfather grandfathers
grandmother | person adult parent she | f Großmutter Großmütter | grandmother grandmothers
uncle | person adult family he | m Onkel Onkel | uncle uncles
aunt | person adult family she | f Tante Tanten | aunt aunts
son | person adult family he | m Sohn Söhne | son sons
daughter | person adult family she | f Tochter Töchter | daughter daughters
dog | animal pet it | m Hund Hunde | dog dogs
cat | animal pet it | f Katze Katzen | cat cats
bird | animal it | m Vogel Vögel | bird birds
horse | animal it | n Pferd Pferde | horse horses
cow | animal it | f Kuh Kühe | cow cows
mouse | animal it | f Maus Mäuse | mouse mice
duck | animal it | f Ente Enten | duck ducks
rabbit | animal pet it | n Kaninchen Kaninchen | rabbit rabbits
bear | animal it | m* Bär Bären | bear bears
monkey | animal it | m* Affe Affen | monkey monkeys
pig | animal it | n Schwein Schweine | pig pigs
goat | animal it | f Ziege Ziegen | goat goats
apple | food fruit feed goods it | m Apfel Äpfel | apple apples
pear | food fruit feed goods it | f Birne Birnen | pear pears
banana | food fruit feed goods it | f Banane Bananen | banana bananas
carrot | food feed goods it | f Karotte Karotten | carrot carrots
potato | food cooked feed goods it | f Kartoffel Kartoffeln | potato potatoes
tomato | food goods it | f Tomate Tomaten | tomato tomatoes
egg | food cooked goods it | n Ei Eier | egg eggs
cake | food baked goods it | m Kuchen Kuchen | cake cakes
roll | food baked goods it | n Brötchen Brötchen | roll rolls
biscuit | food baked goods it | m Keks Kekse | biscuit biscuits
sausage | food cooked goods it | f Wurst Würste | sausage sausages
soup | food cooked it | f Suppe Suppen | soup soups
bread | mass food baked feed goods it | n Brot Brote | bread breads
cheese | mass food goods it | m Käse Käse | cheese cheeses
meat | mass food cooked feed goods it | n Fleisch Fleisch | meat meat
rice | mass food cooked goods it | m Reis Reis | rice rice
chocolate | mass food goods it | f Schokolade Schokoladen | chocolate chocolates
coffee | mass drink hot_drink goods it | m Kaffee Kaffees | coffee coffees
tea | mass drink hot_drink goods it | m Tee Tees | tea teas
milk | mass drink lapped goods it | f Milch Milch | milk milk
water | mass drink lapped it | n Wasser Wasser | water water
juice | mass drink goods it | m Saft Säfte | juice juices
wine | mass drink goods it | m Wein Weine | wine wines
beer | mass drink goods it | n Bier Biere | beer beers
book | text gift goods thing it | n Buch Bücher | book books
newspaper | text goods thing it | f Zeitung Zeitungen | newspaper newspapers
letter | text written post it | m Brief Briefe | letter letters
novel | text written it | m Roman Romane | novel novels
poem | text written it | n Gedicht Gedichte | poem poems
report | text written it | m Bericht Berichte | report reports
story | text written it | f Geschichte Geschichten | story stories
postcard | text written post it | f Postkarte Postkarten | postcard postcards
message | text written it | f Nachricht Nachrichten | message messages
coat | clothing goods thing it | m Mantel Mäntel | coat coats
hat | clothing goods thing it | m Hut Hüte | hat hats
shirt | clothing washed goods thing it | n Hemd Hemden | shirt shirts
dress | clothing washed goods thing it | n Kleid Kleider | dress dresses
jacket | clothing washed goods thing it | f Jacke Jacken | jacket jackets
scarf | clothing washed gift goods thing it | m Schal Schals | scarf scarves
bicycle | machine washed goods thing it | n Fahrrad Fahrräder | bicycle bicycles
car | machine washed goods thing it | n Auto Autos | car cars
lamp | machine goods furniture thing it | f Lampe Lampen | lamp lamps
clock | machine goods thing it | f Uhr Uhren | clock clocks
radio | machine goods thing it | n Radio Radios | radio radios
camera | machine gift goods thing it | f Kamera Kameras | camera cameras
table | furniture goods thing surface it | m Tisch Tische | table tables
chair | furniture goods thing it | m Stuhl Stühle | chair chairs
bag | container carried goods thing it | f Tasche Taschen | bag bags
bottle | container goods thing it | f Flasche Flaschen | bottle bottles
box | container thing it | f Kiste Kisten | box boxes
key | carried thing it | m Schlüssel Schlüssel | key keys
umbrella | carried goods thing it | m Regenschirm Regenschirme | umbrella umbrellas
ball | carried goods gift thing it | m Ball Bälle | ball balls
picture | picture goods gift thing it | n Bild Bilder | picture pictures
ring | carried gift goods thing it | m Ring Ringe | ring rings
flower | plant gift goods it | f Blume Blumen | flower flowers
tree | plant spot it | m Baum Bäume | tree trees
door | opening it | f Tür Türen | door doors
window | opening it | n Fenster Fenster | window windows
song | heard it | n Lied Lieder | song songs
question | problem it | f Frage Fragen | question questions
mistake | problem it | m Fehler Fehler | mistake mistakes
time | mass means | f Zeit Zeiten | time times
money | mass means | n Geld Gelder | money moneys
house | building spot it | n Haus Häuser | house houses
church | building spot it | f Kirche Kirchen | church churches
garden | place outdoors tidied it | m Garten Gärten | garden gardens | in:in:in
park | place outdoors it | m Park Parks | park parks | in:in:in
forest | place outdoors it | m Wald Wälder | forest forests | in:in:in
kitchen | place room tidied it | f Küche Küchen | kitchen kitchens | in:in:in
room | place room tidied it | n Zimmer Zimmer | room rooms | in:in:in
office | place room tidied it | n Büro Büros | office offices | in:in:in
school | place house_of it | f Schule Schulen | school schools | in:in:at
library | place house_of it | f Bibliothek Bibliotheken | library libraries | in:in:at
museum | place house_of it | n Museum Museen | museum museums | in:in:at
hotel | place house_of it | n Hotel Hotels | hotel hotels | in:in:at
restaurant | place house_of it | n Restaurant Restaurants | restaurant restaurants | in:in:at
theatre | place house_of it | n Theater Theater | theatre theatres | in:in:at
station | place house_of it | m Bahnhof Bahnhöfe | station stations | an:zu:at
market | place shop it | m Markt Märkte | market markets | auf:auf:at
supermarket | place shop it | m Supermarkt Supermärkte | supermarket supermarkets | in:in:at
village | town it | n Dorf Dörfer | village villages | in:in:in
city | town it | f Stadt Städte | city cities | in:in:in
berlin | name | n Berlin Berlin | Berlin Berlin | in:nach:in
hamburg | name | n Hamburg Hamburg | Hamburg Hamburg | in:nach:in
munich | name | n München München | Munich Munich | in:nach:in
vienna | name | n Wien Wien | Vienna Vienna | in:nach:in
cologne | name | n Köln Köln | Cologne Cologne | in:nach:in
rome | name | n Rom Rom | Rome Rome | in:nach:in
paris | name | n Paris Paris | Paris Paris | in:nach:in
prague | name | n Prag Prag | Prague Prague | in:nach:in
"""

# key | kinds of noun | German, with the attributive stem where it differs | English. "mood": a passing state that can be
# a reason for what somebody does, "weak" for what not, "appetite" for eating; "flaw" and "merit": a reason why
# something is left or taken.
ADJECTIVES = """
old | adult animal thing place town building written | alt | old
young | worker child boy girl man woman student neighbour family king queen animal | jung | young
small | child boy girl man woman king animal thing place town building tree | klein | small
big | animal thing place town building tree | groß | big
tired | person animal mood weak | müde:müd | tired
hungry | person animal mood appetite | hungrig | hungry
happy | person mood | glücklich | happy
sad | person mood | traurig | sad
sick | person animal mood weak | krank | sick
angry | person mood | wütend | angry
bored | person mood | gelangweilt | bored
nervous | person mood | nervös | nervous
friendly | person pet | freundlich | friendly
polite | person | höflich | polite
famous | worker town museum hotel novel poem picture | berühmt | famous
rich | person | reich | rich
poor | person | arm | poor
strong | person horse bear | stark | strong
clever | person pet monkey | klug | clever
brave | person pet | mutig | brave
lazy | person pet pig | faul | lazy
hard_working | person | fleißig | hard-working
curious | person pet monkey goat | neugierig | curious
wild | animal | wild | wild
black | animal clothing machine bag umbrella | schwarz | black
white | animal clothing furniture machine flower house | weiß | white
brown | animal clothing furniture bag | braun | brown
red | clothing machine furniture bag umbrella ball flower door apple | rot | red
green | clothing machine furniture bag umbrella ball door apple bottle | grün | green
blue | clothing machine furniture bag umbrella ball flower door | blau | blue
yellow | clothing machine furniture bag umbrella ball flower | gelb | yellow
fresh | food flower merit | frisch | fresh
delicious | food merit | lecker | delicious
sweet | fruit cake biscuit | süß | sweet
hot | cooked hot_drink | heiß | hot
cold | drink soup | kalt | cold
expensive | goods house restaurant hotel flaw | teuer:teur | expensive
cheap | goods restaurant hotel merit | billig | cheap
new | thing office school library museum hotel restaurant theatre station supermarket building merit | neu | new
modern | machine furniture house_of office kitchen house | modern | modern
broken | machine furniture umbrella door window bottle flaw | kaputt | broken
beautiful | clothing picture plant place town ring song building merit | schön | beautiful
heavy | furniture container flaw | schwer | heavy
round | table clock ball box | rund | round
long | written book scarf dress coat | lang | long
short | written dress song | kurz | short
interesting | text question museum merit | interessant | interesting
boring | text flaw | langweilig | boring
exciting | book novel story merit | spannend | exciting
funny | text song merit | lustig | funny
important | letter report message question | wichtig | important
quiet | place town | ruhig | quiet
ugly | clothing picture furniture building flaw | hässlich | ugly
"""

# key | frame | kinds of subject | kinds of object | traits | German (prefix-infinitive, 3rd person, past, participle,
# marks) | English (base ~particle or +preposition, then past, participle and progressive where irregular). Traits:
# "state" (no progressive), "event" (told afterwards), "at:" the kind of place where it is done, "choice" (the object is
# judged), "consume" (nothing is left), "effort", "appetite", "duty" (what reasons suit), "definite" and "indefinite".
VERBS = """
sleep | intransitive | person animal | | at:place | schlafen schläft schlief geschlafen | sleep slept slept
work | intransitive | person | | at:place duty effort | arbeiten arbeitet arbeitete gearbeitet | work
laugh | intransitive | person | | at:place | lachen lacht lachte gelacht | laugh
cry | intransitive | person | | at:place | weinen weint weinte geweint | cry
dance | intransitive | person | | at:place effort | tanzen tanzt tanzte getanzt | dance
sing | intransitive | person bird | | at:place effort | singen singt sang gesungen | sing sang sung
wait | intransitive | person pet | | at:place duty | warten wartet wartete gewartet | wait
play | intransitive | child boy girl pet son daughter | | at:outdoors effort | spielen spielt spielte gespielt | play
swim | intransitive | person duck dog bear | | effort | schwimmen schwimmt schwamm geschwommen sein | swim swam swum swimming
bark | intransitive | dog | | at:outdoors | bellen bellt bellte gebellt | bark
get_up | intransitive | person | | duty | auf-stehen steht stand gestanden sein | get~up got got getting
fall_asleep | intransitive | person pet | | at:place event | ein-schlafen schläft schlief geschlafen sein | fall~asleep fell fallen
shop | intransitive | person | | at:shop duty appetite effort | ein-kaufen kauft kaufte gekauft | shop shopped shopped shopping
arrive | intransitive | person | | at:house_of | an-kommen kommt kam gekommen sein | arrive
depart | intransitive | person | | duty | ab-reisen reist reiste gereist sein | depart
watch_television | intransitive | person | | | fern-sehen sieht sah gesehen | watch~television
eat | transitive | person | food | at:room choice consume appetite | essen isst aß gegessen | eat ate eaten
feed_on | transitive | animal | feed | at:outdoors consume appetite | fressen frisst fraß gefressen | eat ate eaten
drink | transitive | person | drink | at:house_of choice consume | trinken trinkt trank getrunken | drink drank drunk
lap | transitive | animal | lapped | consume | trinken trinkt trank getrunken | drink drank drunk
read | transitive | person | text | at:place choice | lesen liest las gelesen | read read read
write | transitive | person | written | at:place | schreiben schreibt schrieb geschrieben | write wrote written
buy | transitive | person | goods | at:shop choice appetite | kaufen kauft kaufte gekauft | buy bought bought
sell | transitive | person | goods | at:shop effort | verkaufen verkauft verkaufte verkauft | sell sold sold
cook | transitive | person | cooked | at:kitchen appetite | kochen kocht kochte gekocht | cook
bake | transitive | person | baked | at:kitchen appetite | backen backt backte gebacken | bake
see | transitive | person animal | person animal machine flower picture building | at:outdoors state | sehen sieht sah gesehen | see saw seen
hear | transitive | person | heard animal | state | hören hört hörte gehört | hear heard heard
seek | transitive | person | carried pet clothing child camera restaurant hotel | at:place | suchen sucht suchte gesucht | look+for
find | transitive | person | carried pet clothing camera money problem | at:place event | finden findet fand gefunden | find found found
lose | transitive | person | carried money | at:place event | verlieren verliert verlor verloren | lose lost lost losing
forget | transitive | person | carried clothing question story | event | vergessen vergisst vergaß vergessen | forget forgot forgotten forgetting
need | transitive | person | carried machine furniture clothing means | state | brauchen braucht brauchte gebraucht | need
have | transitive | person | carried machine pet house garden problem means clothing | state indefinite | haben hat hatte gehabt | have had had
love | transitive | person | parent family pet heard garden town flower chocolate | state | lieben liebt liebte geliebt | love
know | transitive | person | person heard story novel poem town museum restaurant | state | kennen kennt kannte gekannt | know knew known
visit | transitive | person | person museum | | besuchen besucht besuchte besucht | visit
ask | transitive | person | person | | fragen fragt fragte gefragt | ask
call | transitive | person | person | | an-rufen ruft rief gerufen | call
invite | transitive | person | person | | ein-laden lädt lud geladen | invite
pick_up | transitive | person | person post | | ab-holen holt holte geholt | pick~up
wake | transitive | person | person pet | | wecken weckt weckte geweckt | wake woke woken
feed | transitive | person | animal | at:outdoors effort | füttern füttert fütterte gefüttert | feed fed fed
photograph | transitive | person | person animal building flower tree | at:outdoors | fotografieren fotografiert fotografierte fotografiert | photograph
paint | transitive | person | animal plant building picture | at:outdoors | malen malt malte gemalt | paint
draw | transitive | person | animal plant building person | at:outdoors | zeichnen zeichnet zeichnete gezeichnet | draw drew drawn
repair | transitive | person | machine furniture opening | effort | reparieren repariert reparierte repariert | repair
wash | transitive | person | washed fruit pet carrot | effort | waschen wäscht wusch gewaschen | wash
wear | transitive | person | clothing ring | choice effort | tragen trägt trug getragen | wear wore worn
put_on | transitive | person | clothing | effort | an-ziehen zieht zog gezogen | put~on put put putting
open | transitive | person | opening container letter umbrella | | öffnen öffnet öffnete geöffnet | open
close | transitive | person | opening container book | | zu-machen macht machte gemacht | close
tidy | transitive | person | tidied | effort | auf-räumen räumt räumte geräumt | tidy~up
clean | transitive | person | opening kitchen clothing bicycle lamp | effort | putzen putzt putzte geputzt | clean
build | transitive | person | furniture house | effort | bauen baut baute gebaut | build built built
sing_song | transitive | person | song | at:house_of effort | singen singt sang gesungen | sing sang sung
answer | transitive | person | question letter | | beantworten beantwortet beantwortete beantwortet | answer
correct | transitive | person | mistake report | | korrigieren korrigiert korrigierte korrigiert | correct
translate | transitive | person | text | at:place | übersetzen übersetzt übersetzte übersetzt | translate
follow | transitive | person pet | person animal | effort | folgen folgt folgte gefolgt sein dat | follow
help | transitive | person | person | at:place | helfen hilft half geholfen dat | help
thank | transitive | person | person | | danken dankt dankte gedankt dat | thank
trust | transitive | person | person | state | vertrauen vertraut vertraute vertraut dat | trust
congratulate | transitive | person | person | | gratulieren gratuliert gratulierte gratuliert dat | congratulate
listen_to | transitive | person | person | | zu-hören hört hörte gehört dat | listen+to
belong_to | transitive | thing building | person | state definite | gehören gehört gehörte gehört dat | belong+to
like | transitive | person | text clothing picture heard building garden town museum | state definite inverse | gefallen gefällt gefiel gefallen dat | like
give | ditransitive | person | gift fruit post clothing key drink | | geben gibt gab gegeben | give gave given
show | ditransitive | person | text picture garden building machine picture animal | | zeigen zeigt zeigte gezeigt | show showed shown
bring | ditransitive | person | food drink text chair umbrella flower | | bringen bringt brachte gebracht | bring brought brought
send | ditransitive | person | post message picture flower | | schicken schickt schickte geschickt | send sent sent
lend | ditransitive | person | machine umbrella book coat money | effort | leihen leiht lieh geliehen | lend lent lent
tell | ditransitive | person | story | | erzählen erzählt erzählte erzählt | tell told told
sell_to | ditransitive | person | machine horse cow goat bread cheese | effort | verkaufen verkauft verkaufte verkauft | sell sold sold
know_that | clause | person | | state | wissen weiß wusste gewusst | know knew known
believe_that | clause | person | | state | glauben glaubt glaubte geglaubt | believe
hope_that | clause | person | | state | hoffen hofft hoffte gehofft | hope
think_that | clause | person | | state | denken denkt dachte gedacht | think thought thought
say_that | clause | person | | state | sagen sagt sagte gesagt | say said said
go | to_place | person | place | effort | gehen geht ging gegangen sein | go went gone
come | to_place | person | place | effort | kommen kommt kam gekommen sein | come came come
travel | to_city | person | name | effort | fahren fährt fuhr gefahren sein | go went gone
fly | to_city | person | name | effort | fliegen fliegt flog geflogen sein | fly flew flown
"""

# key | tenses it goes with | German | English; the digits after a colon name the parts of meaning a word realises
TIMES = """
yesterday | past | gestern | yesterday
last_week | past | letzte Woche | last week
last_year | past | letztes Jahr | last year
one_day | narrative | eines Tages | one day
back_then | narrative | damals | back:0 then:0
tomorrow | future | morgen | tomorrow
soon | future | bald | soon
next_week | future | nächste Woche | next week
next_year | future | nächstes Jahr | next year
on_monday | past future | am Montag | on Monday
on_friday | past future | am Freitag | on Friday
on_sunday | past future | am Sonntag | on Sunday
now | now | jetzt | now
today | now past | heute | today
every_day | habit | jeden Tag | every day
every_morning | habit | jeden Morgen | every morning
in_winter | habit | im Winter | in winter
in_summer | habit | im Sommer | in summer
in_the_evening | past future | am:01 Abend:2 | in the evening
in_the_afternoon | past future | am:01 Nachmittag:2 | in the afternoon
"""

FREQUENCIES = """
often | habit | oft | often
always | habit | immer | always
sometimes | habit | manchmal | sometimes
never | habit | nie | never
usually | habit | meistens | usually
seldom | habit | selten | rarely
"""

MEANS = """
by_train | | mit:0 dem: Zug:1 | by train
by_bus | | mit:0 dem: Bus:1 | by bus
by_car | | mit:0 dem: Auto:1 | by car
"""

NUMBERS = {
    2: ("zwei", "two"),
    3: ("drei", "three"),
    4: ("vier", "four"),
    5: ("fünf", "five"),
    6: ("sechs", "six"),
    7: ("sieben", "seven"),
    8: ("acht", "eight"),
    9: ("neun", "nine"),
    10: ("zehn", "ten"),
    11: ("elf", "eleven"),
    12: ("zwölf", "twelve"),
}

UNITS = {"day": ("Tagen", "days"), "week": ("Wochen", "weeks"), "year": ("Jahren", "years")}

# relation | German preposition with the dative | English
RELATIONS = {"behind": ("hinter", "behind"), "next_to": ("neben", "next to"), "before": ("vor", "in front of")}
