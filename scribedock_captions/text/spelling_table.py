"""Words that are spelled differently in varieties of English: stems, and the endings they take.

Each is written as the Americans do, then as the British do.  Where a word's spelling depends on what it is in
the sentence (to practise, a practice) or on what it means (a gas meter, a metre of cloth), only the
direction that is certain is here.
"""

from __future__ import annotations

OUR_STEMS = """arb ard arm behavi belab cand clam clang col demean discol disfav dishon enam endeav fav ferv
    flav harb hon hum lab misbehavi misdemean multicol neighb od parl ranc rig rum savi sav splend succ
    technicol tricol tum unfav unsav val vap vig watercol"""
"""Before -or, British -our. Words like humorous and honorary have no u anywhere."""
OUR_ENDINGS = """. s ed er ers ing ings ingly able ably al ally ism ist ists ite ites itism ful fully less
    lessly hood hoods ly liness y ies ied some ant ants"""

CENTRE_STEMS = """theat amphitheat epicent centilit millilit kilomet centimet millimet fib calib lust
    lacklust meag och sab saltpet scept sepulch somb spect goit lit cent reconnoit"""
"""Before -er, British -re."""
CENTRE_ENDINGS = ". s glass fold folds piece pieces goer goers board"

DOUBLED_STEMS = """bedevil bejewel bevel cancel carol cavil channel chisel counsel cudgel dial disembowel
    dishevel drivel duel enamel equal fuel funnel gambol gravel grovel gruel impanel imperil initial jewel
    label level libel marshal marvel model panel parcel pedal pencil quarrel ravel refuel relabel remodel
    revel rival shovel shrivel signal snivel snorkel spiral squirrel stencil swivel total towel travel trial
    tunnel unravel weasel worship yodel"""
"""The last consonant is doubled in British before these endings."""
DOUBLED_ENDINGS = "ed ing ings er ers or ors ist ists ous ously"

SPELLING_PAIRS = """
    enroll enrol . s ment ments
    fulfill fulfil . s ment
    distill distil . s
    instill instil . s
    appall appal . s
    enthrall enthral . s
    skillful skilful . ly ness
    willful wilful . ly ness
    installment instalment . s
    anemi anaemi a c
    anesthe anaesthe sia tic tics tist tists siologist
    archeolog archaeolog y ist ists ical ically
    cesarean caesarean . s
    diarrhea diarrhoea .
    edema oedema . s
    encyclopedi encyclopaedi a as c
    eon aeon . s
    esophag oesophag us eal
    estrogen oestrogen . s
    esthetic aesthetic . s ally
    fecal faecal .
    feces faeces .
    fetus foetus . es
    fetal foetal .
    gynecolog gynaecolog y ist ists ical
    hematolog haematolog y ist ists ical
    hemoglobin haemoglobin .
    hemophilia haemophilia . c cs
    hemorrhag haemorrhag e es ed ing ic
    hemorrhoid haemorrhoid . s
    leukemia leukaemia . s
    orthopedic orthopaedic . s
    paleontolog palaeontolog y ist ists ical
    paleolithic palaeolithic .
    pediatric paediatric . s ian ians
    pedophil paedophil e es ia
    toxemia toxaemia .
    gray grey . s ed ing er est ish ness
    mold mould . s ed ing ings y ier iest er ers
    remold remould . s ed ing
    molt moult . s ed ing
    smolder smoulder . s ed ing
    plow plough . s ed ing man men share shares
    snowplow snowplough . s
    mustache moustache . s d
    skeptic sceptic . s al ally ism
    sulf sulph ur urs uric urous ate ates ide ides
    aluminum aluminium .
    airplane aeroplane . s
    artifact artefact . s
    catalog catalogue . s
    dialog dialogue . s
    monolog monologue . s
    epilog epilogue . s
    prolog prologue . s
    travelog travelogue . s
    coz cos y ier iest ily iness ies
    pajama pyjama . s
    jewelry jewellery .
    aging ageing .
    acknowledgment acknowledgement . s
    defense defence . s less
    offense offence . s
    pretense pretence . s
    councilor councillor . s
    checkbook chequebook . s
    draft draught y ier iest sman smen
    phony phoney .
    omelet omelette . s
    licorice liquorice .
    likable likeable .
    sizable sizeable .
    livable liveable .
    tranquility tranquillity .
    wooly woolly .
    woolen woollen . s
    marvelous marvellous . ly
    practiced practised .
    practicing practising .
    maneuver manoeuvre . s
    maneuvered manoeuvred .
    maneuvering manoeuvring .
    maneuverab manoeuvrab le ility
    centered centred .
    centering centring .
    cataloged catalogued .
    cataloging cataloguing .
"""
"""American stem, British stem, and the endings of both; a full stop is the stem alone."""

AMERICAN_SPELLINGS = """
    cheque check . s
    draught draft . s
    judgement judgment . s
    kerb curb . s
    licence license . s
    metre meter . s
    practise practice . s
    programme program . s
    storey story .
    storeys stories .
    tyre tire . s
"""
"""What Americans write, where the way back depends on the sentence: British stem, American stem, endings."""

AMERICAN_STEMS_IN_CANADA = """anemi anesthe cesarean diarrhea edema encyclopedi esophag estrogen fecal feces
    fetus fetal gynecolog hematolog hemoglobin hemophilia hemorrhag hemorrhoid leukemia orthopedic
    paleontolog paleolithic pediatric pedophil toxemia plow snowplow skeptic aluminum airplane artifact coz
    aging draft phony licorice skillful fulfill distill instill appall enthrall kerb programme tyre draught
    judgement"""
AMERICAN_STEMS_IN_AUSTRALIA = "encyclopedi fetus fetal programme"

ISE_WORDS = """advertise advise anise apprise appraise arise braise bruise chastise chemise circumcise
    clockwise anticlockwise counterclockwise comprise compromise concise cruise demise despise devise disguise
    enfranchise disenfranchise enterprise excise exercise expertise franchise guise improvise incise
    lengthwise liaise likewise malaise marquise mayonnaise merchandise mortise noise otherwise paradise poise
    porpoise praise precise premise promise raise reprise revise rise sunrise moonrise supervise surmise
    surprise televise tortoise treatise turquoise upraise valise wise denise elise eloise louise practise
    advise misadvise premise apprise improvise cerise bourgeoise imprecise prise comprise
    unwise streetwise uprise trellise pelvise metropolise portcullise"""
"""Verbs and nouns in -ise that are written so everywhere."""
IZE_WORDS = """size resize downsize outsize oversize capsize prize seize maize assize undersize supersize
    apprize midsize lifesize"""
