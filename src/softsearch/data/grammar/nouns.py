# ruff: noqa: E501 - a concept is one row of a table
"""The nouns: one concept per line, one column per language."""

from __future__ import annotations

# key | kinds, "mass" or the pronoun that takes the noun up | German: gender (* weak) singular plural | English |
# French: gender singular plural | places only: German "at":German "to":English "at":French for both. Kinds of places say
# what is done there ("calm" reading, "job" working, "served" eating, "stage" singing); "called" are people's names.
NOUNS = """
man | person adult he | m Mann Männer | man men | m homme hommes
woman | person adult she | f Frau Frauen | woman women | f femme femmes
child | person | n Kind Kinder | child children | m enfant enfants
boy | person he | m* Junge Jungen | boy boys | m garçon garçons
girl | person | n Mädchen Mädchen | girl girls | f fillette fillettes
teacher | person adult worker she | f Lehrerin Lehrerinnen | teacher teachers | f institutrice institutrices
doctor | person adult worker practice he | m Arzt Ärzte | doctor doctors | m médecin médecins | bei:zu:at:chez
baker | person adult worker practice he | m Bäcker Bäcker | baker bakers | m boulanger boulangers | bei:zu:at:chez
farmer | person adult worker he | m* Bauer Bauern | farmer farmers | m fermier fermiers
student | person adult he | m* Student Studenten | student students | m étudiant étudiants
artist | person adult worker she | f Künstlerin Künstlerinnen | artist artists | f artiste artistes
policeman | person adult worker he | m* Polizist Polizisten | policeman policemen | m policier policiers
pilot | person adult worker he | m* Pilot Piloten | pilot pilots | m pilote pilotes
neighbour | person adult he | m* Nachbar Nachbarn | neighbour neighbours | m voisin voisins
cook | person adult worker he | m Koch Köche | cook cooks | m cuisinier cuisiniers
king | person adult royal he | m König Könige | king kings | m roi rois
queen | person adult royal she | f Königin Königinnen | queen queens | f reine reines
guest | person adult he | m Gast Gäste | guest guests | m invité invités
hero | person adult he | m* Held Helden | hero heroes | m héros héros
brother | person adult family he | m Bruder Brüder | brother brothers | m frère frères
sister | person adult family she | f Schwester Schwestern | sister sisters | f sœur sœurs
father | person adult parent he | m Vater Väter | father fathers | m père pères
mother | person adult parent she | f Mutter Mütter | mother mothers | f mère mères
grandfather | person adult parent he | m Großvater Großväter | grandfather grandfathers | m grand-père grands-pères
grandmother | person adult parent she | f Großmutter Großmütter | grandmother grandmothers | f grand-mère grands-mères
uncle | person adult family he | m Onkel Onkel | uncle uncles | m oncle oncles
aunt | person adult family she | f Tante Tanten | aunt aunts | f tante tantes
son | person family he | m Sohn Söhne | son sons | m fils fils
daughter | person family she | f Tochter Töchter | daughter daughters | f fille filles
dog | animal pet it | m Hund Hunde | dog dogs | m chien chiens
cat | animal pet it | f Katze Katzen | cat cats | m chat chats
bird | animal it | m Vogel Vögel | bird birds | m oiseau oiseaux
horse | animal it | n Pferd Pferde | horse horses | m cheval chevaux
cow | animal it | f Kuh Kühe | cow cows | f vache vaches
mouse | animal it | f Maus Mäuse | mouse mice | f souris souris
duck | animal it | f Ente Enten | duck ducks | m canard canards
rabbit | animal pet it | n Kaninchen Kaninchen | rabbit rabbits | m lapin lapins
bear | animal it | m* Bär Bären | bear bears | m ours ours
monkey | animal it | m* Affe Affen | monkey monkeys | m singe singes
pig | animal it | n Schwein Schweine | pig pigs | m cochon cochons
goat | animal it | f Ziege Ziegen | goat goats | f chèvre chèvres
apple | food fruit feed goods it | m Apfel Äpfel | apple apples | f pomme pommes
pear | food fruit feed goods it | f Birne Birnen | pear pears | f poire poires
banana | food fruit feed goods it | f Banane Bananen | banana bananas | f banane bananes
carrot | food feed goods it | f Karotte Karotten | carrot carrots | f carotte carottes
potato | food cooked feed goods it | f Kartoffel Kartoffeln | potato potatoes | f pomme_de_terre pommes_de_terre
tomato | food goods it | f Tomate Tomaten | tomato tomatoes | f tomate tomates
egg | food cooked goods it | n Ei Eier | egg eggs | m œuf œufs
cake | food baked goods it | m Kuchen Kuchen | cake cakes | m gâteau gâteaux
roll | food baked goods it | n Brötchen Brötchen | roll rolls | m petit_pain petits_pains
biscuit | food baked goods it | m Keks Kekse | biscuit biscuits | m biscuit biscuits
sausage | food cooked goods it | f Wurst Würste | sausage sausages | f saucisse saucisses
soup | food cooked it | f Suppe Suppen | soup soups | f soupe soupes
bread | mass food baked feed goods it | n Brot Brote | bread breads | m pain pains
cheese | mass food goods it | m Käse Käse | cheese cheeses | m fromage fromages
meat | mass food cooked feed goods it | n Fleisch Fleisch | meat meat | f viande viandes
rice | mass food cooked goods it | m Reis Reis | rice rice | m riz riz
chocolate | mass food goods it | f Schokolade Schokoladen | chocolate chocolates | m chocolat chocolats
coffee | mass drink hot_drink goods it | m Kaffee Kaffees | coffee coffees | m café cafés
tea | mass drink hot_drink goods it | m Tee Tees | tea teas | m thé thés
milk | mass drink lapped goods it | f Milch Milch | milk milk | m lait laits
water | mass drink lapped it | n Wasser Wasser | water water | f eau eaux
juice | mass drink goods it | m Saft Säfte | juice juices | m jus jus
wine | mass drink goods it | m Wein Weine | wine wines | m vin vins
beer | mass drink goods it | n Bier Biere | beer beers | f bière bières
book | text gift goods thing it | n Buch Bücher | book books | m livre livres
newspaper | text goods thing it | f Zeitung Zeitungen | newspaper newspapers | m journal journaux
letter | text written post sent it | m Brief Briefe | letter letters | f lettre lettres
novel | text written it | m Roman Romane | novel novels | m roman romans
poem | text written it | n Gedicht Gedichte | poem poems | m poème poèmes
report | text written it | m Bericht Berichte | report reports | m rapport rapports
story | text written it | f Geschichte Geschichten | story stories | f histoire histoires
postcard | text written post sent it | f Postkarte Postkarten | postcard postcards | f carte_postale cartes_postales
message | text written sent it | f Nachricht Nachrichten | message messages | m message messages
coat | clothing goods thing it | m Mantel Mäntel | coat coats | m manteau manteaux
hat | clothing goods thing it | m Hut Hüte | hat hats | m chapeau chapeaux
shirt | clothing washed goods thing it | n Hemd Hemden | shirt shirts | f chemise chemises
dress | clothing washed goods thing it | n Kleid Kleider | dress dresses | f robe robes
jacket | clothing washed goods thing it | f Jacke Jacken | jacket jackets | f veste vestes
scarf | clothing washed gift goods thing it | m Schal Schals | scarf scarves | f écharpe écharpes
bicycle | machine washed goods thing it | n Fahrrad Fahrräder | bicycle bicycles | m vélo vélos
car | machine washed goods thing it | n Auto Autos | car cars | f voiture voitures
lamp | machine goods furniture thing it | f Lampe Lampen | lamp lamps | f lampe lampes
clock | machine goods thing it | f Uhr Uhren | clock clocks | f horloge horloges
radio | machine goods thing it | n Radio Radios | radio radios | f radio radios
camera | machine gift goods thing it | f Kamera Kameras | camera cameras | m appareil_photo appareils_photo
table | furniture goods thing surface it | m Tisch Tische | table tables | f table tables
chair | furniture goods thing it | m Stuhl Stühle | chair chairs | f chaise chaises
bag | container carried goods thing it | f Tasche Taschen | bag bags | m sac sacs
bottle | container goods thing it | f Flasche Flaschen | bottle bottles | f bouteille bouteilles
box | container thing it | f Kiste Kisten | box boxes | f caisse caisses
key | carried thing it | m Schlüssel Schlüssel | key keys | f clé clés
umbrella | carried goods thing it | m Regenschirm Regenschirme | umbrella umbrellas | m parapluie parapluies
ball | carried goods gift thing it | m Ball Bälle | ball balls | m ballon ballons
picture | picture goods gift thing it | n Bild Bilder | picture pictures | m tableau tableaux
ring | carried gift goods thing it | m Ring Ringe | ring rings | f bague bagues
flower | plant gift goods it | f Blume Blumen | flower flowers | f fleur fleurs
tree | plant spot it | m Baum Bäume | tree trees | m arbre arbres
door | opening it | f Tür Türen | door doors | f porte portes
window | opening it | n Fenster Fenster | window windows | f fenêtre fenêtres
song | heard it | n Lied Lieder | song songs | f chanson chansons
question | problem it | f Frage Fragen | question questions | f question questions
mistake | problem it | m Fehler Fehler | mistake mistakes | f erreur erreurs
time | mass means | f Zeit Zeiten | time times | m temps temps
money | mass means | n Geld Gelder | money moneys | m argent argent
house | building spot it | n Haus Häuser | house houses | f maison maisons
church | building spot it | f Kirche Kirchen | church churches | f église églises
garden | place outdoors tidied calm job served stage it | m Garten Gärten | garden gardens | m jardin jardins | in:in:in:dans
park | place outdoors calm stage it | m Park Parks | park parks | m parc parcs | in:in:in:dans
forest | place outdoors it | m Wald Wälder | forest forests | f forêt forêts | in:in:in:dans
kitchen | place room tidied calm job served stage it | f Küche Küchen | kitchen kitchens | f cuisine cuisines | in:in:in:dans
room | place room tidied calm it | n Zimmer Zimmer | room rooms | f pièce pièces | in:in:in:dans
office | place room tidied calm job it | n Büro Büros | office offices | m bureau bureaux | in:in:in:dans
school | place house_of calm job stage it | f Schule Schulen | school schools | f école écoles | in:in:at:à
library | place house_of calm job it | f Bibliothek Bibliotheken | library libraries | f bibliothèque bibliothèques | in:in:at:à
museum | place house_of job it | n Museum Museen | museum museums | m musée musées | in:in:at:à
hotel | place house_of calm job served stage it | n Hotel Hotels | hotel hotels | m hôtel hôtels | in:in:at:à
restaurant | place house_of job served stage it | n Restaurant Restaurants | restaurant restaurants | m restaurant restaurants | in:in:at:à
theatre | place house_of job stage it | n Theater Theater | theatre theatres | m théâtre théâtres | in:in:at:à
station | place house_of job it | m Bahnhof Bahnhöfe | station stations | f gare gares | an:zu:at:à
market | place shop job it | m Markt Märkte | market markets | m marché marchés | auf:auf:at:à
supermarket | place shop job it | m Supermarkt Supermärkte | supermarket supermarkets | m supermarché supermarchés | in:in:at:à
village | town it | n Dorf Dörfer | village villages | m village villages | in:in:in:dans
city | town it | f Stadt Städte | city cities | f ville villes | in:in:in:dans
berlin | name | n Berlin Berlin | Berlin Berlin | m Berlin Berlin | in:nach:in:à
hamburg | name | n Hamburg Hamburg | Hamburg Hamburg | m Hambourg Hambourg | in:nach:in:à
munich | name | n München München | Munich Munich | m Munich Munich | in:nach:in:à
vienna | name | n Wien Wien | Vienna Vienna | f Vienne Vienne | in:nach:in:à
cologne | name | n Köln Köln | Cologne Cologne | f Cologne Cologne | in:nach:in:à
rome | name | n Rom Rom | Rome Rome | f Rome Rome | in:nach:in:à
paris | name | n Paris Paris | Paris Paris | m Paris Paris | in:nach:in:à
prague | name | n Prag Prag | Prague Prague | f Prague Prague | in:nach:in:à
germany | name | n Deutschland Deutschland | Germany Germany | f Allemagne Allemagne | in:nach:in:en
italy | name | n Italien Italien | Italy Italy | f Italie Italie | in:nach:in:en
portugal | name | n Portugal Portugal | Portugal Portugal | m Portugal Portugal | in:nach:in:au
lawyer | person adult worker she | f Anwältin Anwältinnen | lawyer lawyers | f avocate avocates
nurse | person adult worker she | f Krankenschwester Krankenschwestern | nurse nurses | f infirmière infirmières
writer | person adult worker he | m Schriftsteller Schriftsteller | writer writers | m écrivain écrivains
waiter | person adult worker he | m Kellner Kellner | waiter waiters | m serveur serveurs
gardener | person adult worker he | m Gärtner Gärtner | gardener gardeners | m jardinier jardiniers
driver | person adult worker he | m Fahrer Fahrer | driver drivers | m chauffeur chauffeurs
singer | person adult worker she | f Sängerin Sängerinnen | singer singers | f chanteuse chanteuses
cousin | person family he | m Cousin Cousins | cousin cousins | m cousin cousins
fox | animal it | m Fuchs Füchse | fox foxes | m renard renards
wolf | animal it | m Wolf Wölfe | wolf wolves | m loup loups
lion | animal it | m* Löwe Löwen | lion lions | m lion lions
frog | animal it | m Frosch Frösche | frog frogs | f grenouille grenouilles
donkey | animal it | m Esel Esel | donkey donkeys | m âne ânes
lemon | food fruit goods it | f Zitrone Zitronen | lemon lemons | m citron citrons
orange | food fruit goods it | f Orange Orangen | orange oranges | f orange oranges
strawberry | food fruit goods it | f Erdbeere Erdbeeren | strawberry strawberries | f fraise fraises
cherry | food fruit goods it | f Kirsche Kirschen | cherry cherries | f cerise cerises
onion | food cooked goods it | f Zwiebel Zwiebeln | onion onions | m oignon oignons
mushroom | food cooked goods it | m Pilz Pilze | mushroom mushrooms | m champignon champignons
butter | mass food goods it | f Butter Butter | butter butter | m beurre beurre
honey | mass food goods it | m Honig Honig | honey honey | m miel miel
ham | mass food goods it | m Schinken Schinken | ham ham | m jambon jambons
cup | fragile goods thing it | f Tasse Tassen | cup cups | f tasse tasses
glass | fragile goods thing it | n Glas Gläser | glass glasses | m verre verres
plate | fragile goods thing it | m Teller Teller | plate plates | f assiette assiettes
mirror | fragile furniture goods thing it | m Spiegel Spiegel | mirror mirrors | m miroir miroirs
knife | goods thing it | n Messer Messer | knife knives | m couteau couteaux
shoe | clothing goods thing it | m Schuh Schuhe | shoe shoes | f chaussure chaussures
glove | clothing goods thing it | m Handschuh Handschuhe | glove gloves | m gant gants
sweater | clothing washed gift goods thing it | m Pullover Pullover | sweater sweaters | m pull pulls
computer | machine goods thing it | m Computer Computer | computer computers | m ordinateur ordinateurs
telephone | machine goods thing it | n Telefon Telefone | telephone telephones | m téléphone téléphones
guitar | goods gift thing it | f Gitarre Gitarren | guitar guitars | f guitare guitares
bed | furniture goods thing it | n Bett Betten | bed beds | m lit lits
carpet | furniture washed goods thing it | m Teppich Teppiche | carpet carpets | m tapis tapis
candle | gift goods thing it | f Kerze Kerzen | candle candles | f bougie bougies
suitcase | carried container goods thing it | m Koffer Koffer | suitcase suitcases | f valise valises
boat | machine thing it | n Boot Boote | boat boats | f barque barques
airport | place job house_of it | m Flughafen Flughäfen | airport airports | m aéroport aéroports | an:zu:at:à
hospital | place job house_of it | n Krankenhaus Krankenhäuser | hospital hospitals | m hôpital hôpitaux | in:in:at:à
university | place job house_of it | f Universität Universitäten | university universities | f université universités | an:an:at:à
bakery | place job it | f Bäckerei Bäckereien | bakery bakeries | f boulangerie boulangeries | in:zu:at:à
pharmacy | place job it | f Apotheke Apotheken | pharmacy pharmacies | f pharmacie pharmacies | in:zu:at:à
cinema | place house_of it | n Kino Kinos | cinema cinemas | m cinéma cinémas | in:in:at:à
cellar | place room tidied it | m Keller Keller | cellar cellars | f cave caves | in:in:in:dans
bedroom | place room calm tidied it | n Schlafzimmer Schlafzimmer | bedroom bedrooms | f chambre_à_coucher chambres_à_coucher | in:in:in:dans
living_room | place room calm tidied served it | n Wohnzimmer Wohnzimmer | living_room living_rooms | m salon salons | in:in:in:dans
london | name | n London London | London London | m Londres Londres | in:nach:in:à
madrid | name | n Madrid Madrid | Madrid Madrid | m Madrid Madrid | in:nach:in:à
brussels | name | n Brüssel Brüssel | Brussels Brussels | f Bruxelles Bruxelles | in:nach:in:à
lyon | name | n Lyon Lyon | Lyon Lyon | m Lyon Lyon | in:nach:in:à
geneva | name | n Genf Genf | Geneva Geneva | f Genève Genève | in:nach:in:à
anna | person called first she | f Anna Anna | Anna Anna | f Anna Anna
julia | person called first she | f Julia Julia | Julia Julia | f Julia Julia
maria | person called first she | f Maria Maria | Maria Maria | f Maria Maria
sophie | person called first she | f Sophie Sophie | Sophie Sophie | f Sophie Sophie
laura | person called first she | f Laura Laura | Laura Laura | f Laura Laura
paul | person called first he | m Paul Paul | Paul Paul | m Paul Paul
david | person called first he | m David David | David David | m David David
simon | person called first he | m Simon Simon | Simon Simon | m Simon Simon
peter | person called first he | m Peter Peter | Peter Peter | m Peter Peter
daniel | person called first he | m Daniel Daniel | Daniel Daniel | m Daniel Daniel
robert | person called first he | m Robert Robert | Robert Robert | m Robert Robert
mr_weber | person called titled he | m* Herr_Weber Herrn_Weber | Mr_Weber Mr_Weber | m monsieur_Weber monsieur_Weber
mrs_weber | person called titled she | f Frau_Weber Frau_Weber | Mrs_Weber Mrs_Weber | f madame_Weber madame_Weber
mr_wagner | person called titled he | m* Herr_Wagner Herrn_Wagner | Mr_Wagner Mr_Wagner | m monsieur_Wagner monsieur_Wagner
mrs_wagner | person called titled she | f Frau_Wagner Frau_Wagner | Mrs_Wagner Mrs_Wagner | f madame_Wagner madame_Wagner
mr_keller | person called titled he | m* Herr_Keller Herrn_Keller | Mr_Keller Mr_Keller | m monsieur_Keller monsieur_Keller
mrs_keller | person called titled she | f Frau_Keller Frau_Keller | Mrs_Keller Mrs_Keller | f madame_Keller madame_Keller
mr_meyer | person called titled he | m* Herr_Meyer Herrn_Meyer | Mr_Meyer Mr_Meyer | m monsieur_Meyer monsieur_Meyer
mrs_meyer | person called titled she | f Frau_Meyer Frau_Meyer | Mrs_Meyer Mrs_Meyer | f madame_Meyer madame_Meyer
"""
