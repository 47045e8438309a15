# ruff: noqa: E501 - a concept is one row of a table
"""Tables of fixed phrases and of the words of the calendar, one column per language.

Each word of a fixed phrase is written ``text/PART:meanings``: its universal part of speech, and the digits of the parts
of the phrase's meaning that it realises; without a colon these are its own position, with nothing after it none.
"""

from __future__ import annotations

# key | tenses it goes with; "far" for what is not said of small everyday doings | German | English | French
TIMES = """
yesterday | past | gestern/ADV | yesterday/ADV | hier/ADV
yesterday_evening | past | gestern/ADV:0 Abend/NOUN:1 | yesterday/ADV evening/NOUN | hier/ADV soir/NOUN
last_week | past far | letzte/ADJ Woche/NOUN | last/ADJ week/NOUN | la/DET: semaine/NOUN:1 dernière/ADJ:0
last_month | past far | letzten/ADJ Monat/NOUN | last/ADJ month/NOUN | le/DET: mois/NOUN:1 dernier/ADJ:0
last_year | past far | letztes/ADJ Jahr/NOUN | last/ADJ year/NOUN | l'année/NOUN:1 dernière/ADJ:0
one_day | narrative | eines/DET Tages/NOUN | one/DET day/NOUN | un/DET jour/NOUN
tomorrow | future | morgen/ADV | tomorrow/ADV | demain/ADV
soon | future far | bald/ADV | soon/ADV | bientôt/ADV
next_week | future far | nächste/ADJ Woche/NOUN | next/ADJ week/NOUN | la/DET: semaine/NOUN:1 prochaine/ADJ:0
next_month | future far | nächsten/ADJ Monat/NOUN | next/ADJ month/NOUN | le/DET: mois/NOUN:1 prochain/ADJ:0
next_year | future far | nächstes/ADJ Jahr/NOUN | next/ADJ year/NOUN | l'année/NOUN:1 prochaine/ADJ:0
on_monday | past future day | am/ADP Montag/NOUN | on/ADP Monday/PROPN | lundi/NOUN:01
on_tuesday | past future day | am/ADP Dienstag/NOUN | on/ADP Tuesday/PROPN | mardi/NOUN:01
on_wednesday | past future day | am/ADP Mittwoch/NOUN | on/ADP Wednesday/PROPN | mercredi/NOUN:01
on_thursday | past future day | am/ADP Donnerstag/NOUN | on/ADP Thursday/PROPN | jeudi/NOUN:01
on_friday | past future day | am/ADP Freitag/NOUN | on/ADP Friday/PROPN | vendredi/NOUN:01
on_saturday | past future day | am/ADP Samstag/NOUN | on/ADP Saturday/PROPN | samedi/NOUN:01
on_sunday | past future day | am/ADP Sonntag/NOUN | on/ADP Sunday/PROPN | dimanche/NOUN:01
now | now | jetzt/ADV | now/ADV | maintenant/ADV
today | now past | heute/ADV | today/ADV | aujourd'hui/ADV
every_day | habit | jeden/DET Tag/NOUN | every/DET day/NOUN | chaque/DET jour/NOUN
every_morning | habit | jeden/DET Morgen/NOUN | every/DET morning/NOUN | chaque/DET matin/NOUN
every_evening | habit | jeden/DET Abend/NOUN | every/DET evening/NOUN | chaque/DET soir/NOUN
every_sunday | habit | jeden/DET Sonntag/NOUN | every/DET Sunday/PROPN | chaque/DET dimanche/NOUN
in_winter | habit | im/ADP Winter/NOUN | in/ADP winter/NOUN | en/ADP hiver/NOUN
in_summer | habit | im/ADP Sommer/NOUN | in/ADP summer/NOUN | en/ADP été/NOUN
in_the_evening | past future | am/ADP:01 Abend/NOUN:2 | in/ADP the/DET evening/NOUN | dans/ADP:0 la/DET:1 soirée/NOUN:2
in_the_afternoon | past future | am/ADP:01 Nachmittag/NOUN:2 | in/ADP the/DET afternoon/NOUN | dans/ADP:0 l'après-midi/NOUN:12
"""

FREQUENCIES = """
often | habit | oft/ADV | often/ADV | souvent/ADV
always | habit | immer/ADV | always/ADV | toujours/ADV
sometimes | habit | manchmal/ADV | sometimes/ADV | parfois/ADV
never | habit | nie/ADV | never/ADV | jamais/ADV
usually | habit | meistens/ADV | usually/ADV | généralement/ADV
seldom | habit | selten/ADV | rarely/ADV | rarement/ADV
"""

MEANS = """
by_train | | mit/ADP:0 dem/DET: Zug/NOUN:1 | by/ADP train/NOUN | en/ADP train/NOUN
by_bus | | mit/ADP:0 dem/DET: Bus/NOUN:1 | by/ADP bus/NOUN | en/ADP bus/NOUN
by_car | | mit/ADP:0 dem/DET: Auto/NOUN:1 | by/ADP car/NOUN | en/ADP voiture/NOUN
by_bicycle | | mit/ADP:0 dem/DET: Fahrrad/NOUN:1 | by/ADP bicycle/NOUN | à/ADP vélo/NOUN
"""

AT_HOME = "at_home | | zu/ADP:0 Hause/NOUN:1 | at/ADP home/NOUN | à/ADP:0 la/DET: maison/NOUN:1"

# German, English, French
MONTHS = (
    ("Januar", "January", "janvier"),
    ("Februar", "February", "février"),
    ("März", "March", "mars"),
    ("April", "April", "avril"),
    ("Mai", "May", "mai"),
    ("Juni", "June", "juin"),
    ("Juli", "July", "juillet"),
    ("August", "August", "août"),
    ("September", "September", "septembre"),
    ("Oktober", "October", "octobre"),
    ("November", "November", "novembre"),
    ("Dezember", "December", "décembre"),
)

# German dative plural, English, French
UNITS = {
    "minute": ("Minuten", "minutes", "minutes"),
    "hour": ("Stunden", "hours", "heures"),
    "day": ("Tagen", "days", "jours"),
    "week": ("Wochen", "weeks", "semaines"),
    "month": ("Monaten", "months", "mois"),
    "year": ("Jahren", "years", "ans"),
}
