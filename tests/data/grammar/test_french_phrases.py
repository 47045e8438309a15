"""French words by themselves: verbs, moods, numbers."""

import pytest

from softsearch.data.grammar.french_phrases import (
    cardinal,
    conditional,
    future,
    imperative,
    imperfect,
    participle,
    present,
)

PERSONS = [(1, False), (2, False), (3, False), (1, True), (2, True), (3, True)]
# the present, then "nous" of the imparfait, "il" of the future, and the participle
CONJUGATIONS = """
être suis es est sommes êtes sont étions sera été
avoir ai as a avons avez ont avions aura eu
aller vais vas va allons allez vont allions ira allé
faire fais fais fait faisons faites font faisions fera fait
venir viens viens vient venons venez viennent venions viendra venu
pouvoir peux peux peut pouvons pouvez peuvent pouvions pourra pu
vouloir veux veux veut voulons voulez veulent voulions voudra voulu
devoir dois dois doit devons devez doivent devions devra dû
savoir sais sais sait savons savez savent savions saura su
voir vois vois voit voyons voyez voient voyions verra vu
boire bois bois boit buvons buvez boivent buvions boira bu
dire dis dis dit disons dites disent disions dira dit
lire lis lis lit lisons lisez lisent lisions lira lu
mettre mets mets met mettons mettez mettent mettions mettra mis
ouvrir ouvre ouvres ouvre ouvrons ouvrez ouvrent ouvrions ouvrira ouvert
connaître connais connais connaît connaissons connaissez connaissent connaissions connaîtra connu
peindre peins peins peint peignons peignez peignent peignions peindra peint
dormir dors dors dort dormons dormez dorment dormions dormira dormi
vendre vends vends vend vendons vendez vendent vendions vendra vendu
nourrir nourris nourris nourrit nourrissons nourrissez nourrissent nourrissions nourrira nourri
manger mange manges mange mangeons mangez mangent mangions mangera mangé
acheter achète achètes achète achetons achetez achètent achetions achètera acheté
appeler appelle appelles appelle appelons appelez appellent appelions appellera appelé
nettoyer nettoie nettoies nettoie nettoyons nettoyez nettoient nettoyions nettoiera nettoyé
envoyer envoie envoies envoie envoyons envoyez envoient envoyions enverra envoyé
espérer espère espères espère espérons espérez espèrent espérions espérera espéré
"""


@pytest.mark.parametrize("row", CONJUGATIONS.strip().splitlines(), ids=lambda row: row.split()[0])
def test_verbs_are_conjugated_as_in_the_table(row: str) -> None:
    infinitive, *forms = row.split()
    found = [present(infinitive, *person) for person in PERSONS]
    found += [imperfect(infinitive, 1, True), future(infinitive, 3, False), participle(infinitive)]
    assert found == forms


def test_moods_and_participles_that_do_not_follow_from_the_present() -> None:
    assert [imperative(verb, plural=False) for verb in ("ouvrir", "aller", "lire", "dire")] == [
        "ouvre",
        "va",
        "lis",
        "dis",
    ]
    assert [imperative(verb, plural=True) for verb in ("ouvrir", "aller", "dire")] == ["ouvrez", "allez", "dites"]
    assert [conditional("devoir", *person) for person in ((1, False), (1, True))] == ["devrais", "devrions"]
    assert participle("devoir", feminine=True) == "due"
    assert participle("mettre", plural=True) == "mis"
    assert participle("mettre", feminine=True, plural=True) == "mises"


NUMBERS = {
    2: "deux",
    17: "dix-sept",
    21: "vingt et un",
    22: "vingt-deux",
    60: "soixante",
    71: "soixante et onze",
    77: "soixante-dix-sept",
    80: "quatre-vingts",
    81: "quatre-vingt-un",
    91: "quatre-vingt-onze",
    99: "quatre-vingt-dix-neuf",
}


def test_numbers_are_those_of_france() -> None:
    assert {number: cardinal(number) for number in NUMBERS} == NUMBERS
    assert cardinal(31, feminine=True) == "trente et une"
    assert len({cardinal(number) for number in range(1, 100)}) == 99
