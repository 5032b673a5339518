"""The function words of nine languages, by what they do in a sentence.

They are closed classes: no language makes new ones.  A word that does several things stands with what
costs a reader most when it is torn from the next word.  Words that are in no table are content words.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum, auto


class Kind(IntEnum):
    """What a word does in its sentence."""

    CONTENT = 0
    NAME = auto()  # written with a capital
    NUMBER = auto()
    TITLE = auto()  # Mr., Dr.: a name follows
    MODIFIER = auto()  # adjectives, as far as they can be told
    DEGREE = auto()  # very, so, just
    DETERMINER = auto()  # articles, my, this
    POSSESSIVE = auto()  # Ada's
    PREPOSITION = auto()
    OF = auto()  # prepositions that hang on the word before
    INFINITIVE = auto()  # to
    PARTICLE = auto()  # up, off: part of the verb before
    COORDINATOR = auto()  # and, but
    SUBORDINATOR = auto()  # because, which, that
    AUXILIARY = auto()
    NEGATION = auto()
    SUBJECT = auto()  # pronouns that are only subjects
    PRONOUN = auto()  # pronouns that are subject or object
    OBJECT = auto()  # pronouns that are only objects
    CLAUSE = auto()  # it's, we'll: a subject and its auxiliary
    MARK = auto()  # nothing but punctuation


def _table(classes: Mapping[Kind, str]) -> Mapping[str, Kind]:
    return {word: kind for kind, words in classes.items() for word in words.split()}


ENGLISH = _table(
    {
        Kind.DETERMINER: """a an the this these those my your his her its our their whose no every each some
            any another many several both few enough what""",
        Kind.PREPOSITION: """about above across after against along alongside amid among around as at before
            behind below beneath beside besides between beyond by despite during except for from in inside
            into like near on onto outside over past per since through throughout till toward towards under
            underneath unlike until upon versus via with within without""",
        Kind.OF: "of than",
        Kind.INFINITIVE: "to",
        Kind.PARTICLE: "up off out down away back apart together forward",
        Kind.COORDINATOR: "and but or nor so yet plus",
        Kind.SUBORDINATOR: """because although though while when whenever where wherever who whom which that
            if unless whether how why once whereas cuz 'cause""",
        Kind.AUXILIARY: """am is are was were be been being have has had having do does did will would shall
            should can could may might must ought isn't aren't wasn't weren't haven't hasn't hadn't don't
            doesn't didn't won't wouldn't can't cannot couldn't shouldn't mightn't mustn't gonna wanna gotta
            going keep let""",
        Kind.NEGATION: "not never",
        Kind.SUBJECT: "i he she we they",
        Kind.PRONOUN: "it you there all",
        Kind.OBJECT: """me him us them myself yourself himself herself itself ourselves yourselves
            themselves""",
        Kind.CLAUSE: """i'm you're he's she's it's we're they're that's there's here's what's who's i've
            you've we've they've i'd you'd he'd she'd it'd we'd they'd i'll you'll he'll she'll it'll we'll
            they'll let's where's how's that'll there'll""",
        Kind.DEGREE: """very really quite too just even only more most less least pretty rather almost nearly
            always also still already such other""",
        Kind.MODIFIER: """good better best bad worse worst new old young big small large little long short
            great high low same different next last first second third own early late real full whole main
            certain special sharp dark light cold hot warm black white red green blue golden wooden deep
            hard soft easy fast slow strange simple single strong tiny thin thick wide narrow rich poor
            clear clean fresh raw heavy loud quiet happy sad nice huge enormous beautiful wonderful important
            interesting various several similar public private local national international modern ancient
            recent final entire complete total original previous former current future present southern
            northern eastern western central royal foreign human natural common ordinary extra broad bright
            busy empty open free true false wrong right left dry wet sweet bitter safe dangerous difficult
            careful honest kind brave proud tired terrible horrible favourite favorite brand proper""",
        Kind.TITLE: "mr mrs ms mx dr prof st sir president doctor professor captain general",
        Kind.NUMBER: """one two three four five six seven eight nine ten eleven twelve thirteen fourteen
            fifteen sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety
            hundred thousand million billion half""",
    }
)

GERMAN = _table(
    {
        Kind.DETERMINER: """der die das den dem des ein eine einen einem einer eines kein keine keinen keinem
            keiner mein meine meinen meinem meiner dein deine deinen sein seine seinen seinem seiner ihr ihre
            ihren ihrem ihrer unser unsere unseren unserem euer eure dieser diese dieses diesen diesem jeder
            jede jedes jeden jedem alle welcher welche welches""",
        Kind.PREPOSITION: """an am ans auf aufs aus bei beim bis durch für gegen hinter im in ins mit nach
            neben ohne seit über um unter von vom vor während wegen zwischen trotz statt gegenüber""",
        Kind.INFINITIVE: "zu zum zur",
        Kind.OF: "als wie",
        Kind.COORDINATOR: "und oder aber denn sondern doch sowie",
        Kind.SUBORDINATOR: """dass weil wenn ob obwohl damit nachdem bevor sobald solange falls indem wo warum
            wer wen wem was""",
        Kind.AUXILIARY: """bin bist ist sind seid war waren wäre wären habe hast hat haben hatte hatten hätte
            hätten werde wirst wird werden wurde wurden würde würden kann kannst können konnte könnte muss
            musst müssen musste soll sollen sollte will wollen wollte darf dürfen durfte mag möchte""",
        Kind.NEGATION: "nicht nie",
        Kind.SUBJECT: "ich du er wir man",
        Kind.PRONOUN: "es sie",
        Kind.OBJECT: "mich dich ihn ihm uns euch sich mir dir ihnen",
        Kind.DEGREE: "sehr ganz so zu noch nur auch schon fast etwa mehr",
        Kind.TITLE: "herr frau dr prof st",
        Kind.NUMBER: "zwei drei vier fünf sechs sieben acht neun zehn elf zwölf zwanzig hundert tausend",
    }
)

FRENCH = _table(
    {
        Kind.DETERMINER: """le la les un une des du au aux ce cet cette ces mon ma mes ton ta tes son sa ses
            notre nos votre vos leur leurs chaque plusieurs quelques quel quelle quels quelles""",
        Kind.PREPOSITION: """à dans par pour en vers avec sans sous sur entre chez depuis pendant contre
            jusque jusqu'à avant après derrière devant parmi selon""",
        Kind.OF: "de d' que comme",
        Kind.COORDINATOR: "et ou mais donc or ni car puis",
        Kind.SUBORDINATOR: """qui dont où quand lorsque puisque parce quoique si comment pourquoi afin
            lequel laquelle""",
        Kind.AUXILIARY: """suis es est sommes êtes sont étais était étaient ai as a avons avez ont avais avait
            avaient serai sera seront serait aura auront aurait vais va vas allons allez vont peux peut
            pouvez peuvent dois doit doivent veux veut faut fait être avoir c'est j'ai n'est n'a""",
        Kind.NEGATION: "ne n' pas",
        Kind.SUBJECT: "je tu il elle on ils elles",
        Kind.PRONOUN: "nous vous",
        Kind.OBJECT: "me te se lui y eux moi toi soi",
        Kind.DEGREE: "très trop plus moins si aussi bien presque encore déjà tout",
        Kind.TITLE: "m mme mlle monsieur madame docteur",
        Kind.NUMBER: "deux trois quatre cinq six sept huit neuf dix vingt trente cent mille",
    }
)

SPANISH = _table(
    {
        Kind.DETERMINER: """el la los las un una unos unas este esta estos estas ese esa esos esas aquel
            aquella mi mis tu tus su sus nuestro nuestra nuestros nuestras cada cualquier algún alguna ningún
            ninguna""",
        Kind.PREPOSITION: """a al ante bajo con contra desde durante en entre hacia hasta para por según sin
            sobre tras""",
        Kind.OF: "de del que",
        Kind.COORDINATOR: "y e o u pero sino ni",
        Kind.SUBORDINATOR: """porque cuando donde si aunque mientras como quien quienes cual cuales cuyo cuya
            pues cómo qué dónde cuándo""",
        Kind.AUXILIARY: """soy eres es somos son era eran fue fueron he has ha hemos han había habían está
            están estoy estaba voy vas va vamos van puede puedo pueden debe deben quiero quiere hay ser
            estar haber""",
        Kind.NEGATION: "no nunca",
        Kind.SUBJECT: "yo tú él ella nosotros ustedes ellos ellas usted",
        Kind.OBJECT: "me te se lo le les nos os",
        Kind.DEGREE: "muy más menos tan casi ya todavía también sólo solo",
        Kind.TITLE: "sr sra dr dra don doña señor señora san santa",
        Kind.NUMBER: "dos tres cuatro cinco seis siete ocho nueve diez veinte cien mil",
    }
)

ITALIAN = _table(
    {
        Kind.DETERMINER: """il lo la i gli le un uno una questo questa questi queste quel quella quei quegli
            quelle mio mia miei mie tuo tua suo sua suoi sue nostro nostra vostro loro ogni qualche""",
        Kind.PREPOSITION: """a al allo alla ai agli alle da dal dallo dalla dai in nel nello nella nei negli
            nelle con su sul sulla sui sugli per tra fra sotto sopra dopo prima durante senza verso""",
        Kind.OF: "di del dello della dei degli delle che",
        Kind.COORDINATOR: "e ed o ma però né oppure quindi",
        Kind.SUBORDINATOR: "perché quando dove se mentre come chi cui quale quali affinché",
        Kind.AUXILIARY: """sono sei è siamo siete era erano ero ho hai ha abbiamo avete hanno aveva avevano
            sarà saranno può possono posso deve devono voglio vuole c'è essere avere""",
        Kind.NEGATION: "non mai",
        Kind.SUBJECT: "io tu lui lei noi voi",
        Kind.OBJECT: "mi ti si ci vi li ne",
        Kind.DEGREE: "molto più meno così quasi già ancora anche solo troppo",
        Kind.TITLE: "sig signor signora dott san santa",
        Kind.NUMBER: "due tre quattro cinque sette otto nove dieci venti cento mille",
    }
)

PORTUGUESE = _table(
    {
        Kind.DETERMINER: """o a os as um uma uns umas este esta estes estas esse essa esses essas aquele
            aquela meu minha meus minhas teu tua seu sua seus suas nosso nossa cada qualquer""",
        Kind.PREPOSITION: """ao à aos às em no na nos nas num numa com contra desde durante entre para pra por
            pelo pela pelos pelas sem sob sobre até após""",
        Kind.OF: "de do da dos das que",
        Kind.COORDINATOR: "e ou mas nem porém",
        Kind.SUBORDINATOR: "porque quando onde se embora enquanto como quem qual quais cujo pois",
        Kind.AUXILIARY: """sou és é somos são era eram foi foram tenho tem têm temos tinha tinham está estão
            estou estava vou vai vamos vão pode podem posso deve devem quero quer há ser estar ter""",
        Kind.NEGATION: "não nunca",
        Kind.SUBJECT: "eu tu ele ela nós vocês eles elas você",
        Kind.OBJECT: "me te lhe lhes",
        Kind.DEGREE: "muito mais menos tão quase já ainda também só",
        Kind.TITLE: "sr sra dr dra dom dona são santa",
        Kind.NUMBER: "dois duas três quatro cinco seis sete oito nove dez vinte cem mil",
    }
)

DUTCH = _table(
    {
        Kind.DETERMINER: """de het een deze dit die dat mijn jouw je zijn haar ons onze jullie hun elke elk
            ieder iedere geen welke""",
        Kind.PREPOSITION: """aan achter bij binnen boven buiten door in langs met na naar naast om onder op
            over per rond sinds tegen tijdens tot tussen uit van via voor zonder""",
        Kind.INFINITIVE: "te",
        Kind.OF: "dan als",
        Kind.COORDINATOR: "en of maar want dus",
        Kind.SUBORDINATOR: "omdat wanneer terwijl hoewel zodat totdat nadat voordat waar wie wat hoe waarom",
        Kind.AUXILIARY: """ben bent is was waren heb hebt heeft hebben had hadden word wordt worden werd
            werden zal zult zullen zou zouden kan kunt kunnen kon konden moet moeten moest mag mogen wil
            willen wilde""",
        Kind.NEGATION: "niet nooit",
        Kind.SUBJECT: "ik hij wij we zij jij men",
        Kind.PRONOUN: "u ze er",
        Kind.OBJECT: "mij me hem hen zich jou",
        Kind.DEGREE: "heel erg zeer te zo ook nog al bijna alleen meer",
        Kind.TITLE: "meneer mevrouw dhr mevr dr",
        Kind.NUMBER: "twee drie vier vijf zes zeven acht negen tien twintig honderd duizend",
    }
)

JAPANESE = _table({Kind.PARTICLE: "は が を に へ と も の で か ね よ や から まで です ます た て だ な"})
CHINESE = _table({Kind.PARTICLE: "的 了 着 过 吗 呢 吧 啊 们 得 地"})

FUNCTION_WORDS: Mapping[str, Mapping[str, Kind]] = {
    "en": ENGLISH,
    "de": GERMAN,
    "fr": FRENCH,
    "es": SPANISH,
    "it": ITALIAN,
    "pt": PORTUGUESE,
    "nl": DUTCH,
    "ja": JAPANESE,
    "zh": CHINESE,
}
"""By language (ISO 639)."""

CAPITALISES_NOUNS = frozenset({"de"})
"""Languages in which a capital does not mean a name."""
