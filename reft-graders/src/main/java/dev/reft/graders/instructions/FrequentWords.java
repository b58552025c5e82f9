package dev.reft.graders.instructions;

import dev.reft.graders.PythonCase;
import java.lang.Character.UnicodeScript;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The default detector: script, tell-tale letters, frequent words. */
final class FrequentWords {
    static final LanguageDetector DETECTOR = FrequentWords::detect;

    /** A letter that only some languages have weighs this much of a frequent word. */
    private static final double LETTER_WEIGHT = 0.7;

    private static final Map<UnicodeScript, String> ONE_LANGUAGE = Map.ofEntries(
            Map.entry(UnicodeScript.GREEK, "el"),
            Map.entry(UnicodeScript.THAI, "th"),
            Map.entry(UnicodeScript.HANGUL, "ko"),
            Map.entry(UnicodeScript.HEBREW, "he"),
            Map.entry(UnicodeScript.BENGALI, "bn"),
            Map.entry(UnicodeScript.TAMIL, "ta"),
            Map.entry(UnicodeScript.TELUGU, "te"),
            Map.entry(UnicodeScript.KANNADA, "kn"),
            Map.entry(UnicodeScript.GUJARATI, "gu"),
            Map.entry(UnicodeScript.GURMUKHI, "pa"),
            Map.entry(UnicodeScript.MALAYALAM, "ml"),
            Map.entry(UnicodeScript.HIRAGANA, "ja"),
            Map.entry(UnicodeScript.KATAKANA, "ja"),
            Map.entry(UnicodeScript.HAN, "zh-cn"));

    private static final Map<String, List<String>> LATIN = new LinkedHashMap<>();
    private static final Map<String, List<String>> CYRILLIC = new LinkedHashMap<>();
    private static final Map<String, List<String>> ARABIC = new LinkedHashMap<>();
    private static final Map<String, List<String>> DEVANAGARI = new LinkedHashMap<>();

    static {
        LATIN.put(
                "en",
                words(
                        "the of and to in is it that for was on are with as at be this have from or by not but we you they i he she his her an will there their what if can all which our my your would so do about who when has more no out up one were been its had into than then them these some could other just how also any after where here us me him may should must every only no yes most over such because between answer question please today go like make time people very",
                        ""));
        LATIN.put(
                "es",
                words(
                        "el la de que y en los se del las un por con una su para es al lo como m\u00E1s o pero sus le ha me si sin sobre este ya entre cuando todo esta ser son dos tambi\u00E9n fue hab\u00EDa era muy a\u00F1os hasta desde est\u00E1 mi porque qu\u00E9 solo han yo hay vez puede todos as\u00ED nos ni parte tiene \u00E9l uno donde bien hoy no",
                        "\u00F1\u00BF\u00A1"));
        LATIN.put(
                "pt",
                words(
                        "o de que e a do da em um para com n\u00E3o uma os no se na por mais as dos como mas ao ele das \u00E0 seu sua ou quando muito nos j\u00E1 eu tamb\u00E9m s\u00F3 pelo pela at\u00E9 isso ela entre depois sem mesmo aos seus quem nas me esse eles voc\u00EA essa num nem suas meu \u00E0s minha s\u00E3o foi ser est\u00E1 h\u00E1 tem hoje \u00E9",
                        "\u00E3\u00F5"));
        LATIN.put(
                "fr",
                words(
                        "le la les de des du et est un une en que qui dans pour pas sur plus par je tu il elle nous vous ils ne se ce cette ces son sa ses avec au aux mais comme ou si leur bien \u00EAtre fait tout sont \u00E9t\u00E9 deux m\u00EAme aussi mon ma mes d'un c'est l'on o\u00F9 aujourd'hui tr\u00E8s y \u00E0",
                        "\u0153\u00E8\u00EA\u00EE\u00FB\u00EB"));
        LATIN.put(
                "de",
                words(
                        "der die und in den von zu das mit sich des auf f\u00FCr ist im dem nicht ein eine als auch es an werden aus er hat dass sie nach wird bei einer um am sind noch wie einem \u00FCber einen so zum war haben nur oder aber vor zur bis mehr durch man sein wurde sei ich wir ihr mein kann heute wenn",
                        "\u00DF\u00E4\u00FC"));
        LATIN.put(
                "it",
                words(
                        "di che \u00E8 e la il un a per in una mi sono ho non ma lo ha le si ti i con cosa se io come da ci no questo qui hai sei del bene tu s\u00EC me pi\u00F9 al mio c'\u00E8 perch\u00E9 della molto anche gli degli delle nel nella alla dei oggi suo stato essere quando",
                        "\u00EC\u00F2"));
        LATIN.put(
                "pl",
                words(
                        "i w nie na si\u0119 z do to \u017Ce jest o jak a co za od po ale tak jego czy ju\u017C dla przez ty mnie by\u0142 tylko jestem by\u0142o ja mi ma ich jej przy ten ta te oraz kt\u00F3ry kt\u00F3re kt\u00F3ra dzi\u015B mo\u017Ce",
                        "\u0142\u0105\u0119\u015B\u017C\u017A\u0144"));
        LATIN.put(
                "vi",
                words(
                        "v\u00E0 c\u1EE7a l\u00E0 c\u00F3 kh\u00F4ng m\u1ED9t trong \u0111\u01B0\u1EE3c cho c\u00E1c v\u1EDBi ng\u01B0\u1EDDi n\u00E0y \u0111\u1EC3 nh\u1EEFng t\u00F4i \u0111\u00E3 khi nh\u01B0 \u0111\u00F3 t\u1EEB v\u1EC1 b\u1EA1n",
                        "\u0111\u01A1\u01B0\u1EA1\u1EA3\u1ED9\u1EC7\u1EDD\u1EE3\u1EBF\u1EC1\u1ED1\u1ED3"));
        LATIN.put(
                "fi",
                words(
                        "ja on ei se ett\u00E4 h\u00E4n oli mutta kun niin my\u00F6s mit\u00E4 ovat t\u00E4m\u00E4 sen joka kuin olen min\u00E4 sin\u00E4 me he nyt jos tai vain hyvin kuitenkin olla voi t\u00E4n\u00E4\u00E4n",
                        ""));
        LATIN.put(
                "sw",
                words(
                        "na ya wa kwa ni katika za la kama cha hii hiyo yake yao wake watu kuwa lakini pia hivyo sana mimi wewe huu hizo huo ambayo ili leo au moja",
                        ""));
        LATIN.put(
                "nl",
                words(
                        "de het een en van ik te dat die in is niet zijn op aan met voor er maar om hem dan zou wat mijn men dit zo door over ze zich bij ook tot je uit der daar haar naar heb hoe heeft hebben deze u nog zal wij vandaag",
                        ""));
        LATIN.put(
                "sv",
                words(
                        "och att det i som p\u00E5 \u00E4r av f\u00F6r med till den har de inte om ett han men var jag sig fr\u00E5n vi s\u00E5 kan man n\u00E4r \u00E5r under ocks\u00E5 efter eller nu sin d\u00E4r vid mot",
                        "\u00E5"));
        LATIN.put(
                "da",
                words(
                        "og i at det er en til p\u00E5 som med de den for af ikke der var et har han vi om jeg kan men fra eller sig s\u00E5 ved hun blev efter",
                        "\u00E6\u00F8\u00E5"));
        LATIN.put(
                "tr",
                words(
                        "ve bir bu da de i\u00E7in ile \u00E7ok ne daha gibi ama kadar sonra o ben sen olarak var mi olan oldu\u011Fu de\u011Fil her bug\u00FCn",
                        "\u011F\u0131\u015F"));
        LATIN.put(
                "id",
                words(
                        "yang dan di itu dengan untuk tidak ini dari dalam akan pada juga saya ke karena kita adalah ada mereka bisa atau anda sudah hari oleh",
                        ""));
        LATIN.put(
                "ro",
                words(
                        "\u0219i de la a \u00EEn cu nu c\u0103 este pe o un din mai care pentru ce s\u0103 se sunt fost au lui ale al am dar sau",
                        "\u0103\u0219\u021B"));
        LATIN.put(
                "cs",
                words(
                        "a se na je v \u017Ee to s z do o i k ve pro za by ale si po jako podle jsem bylo tak jeho kter\u00E9 kter\u00FD byl od dnes",
                        "\u011B\u0159\u016F"));
        CYRILLIC.put(
                "ru",
                words(
                        "\u0438 \u0432 \u043D\u0435 \u043D\u0430 \u044F \u0447\u0442\u043E \u043E\u043D \u0441 \u044D\u0442\u043E \u043A\u0430\u043A \u043D\u043E \u0435\u0433\u043E \u043A \u043F\u043E \u0432\u0441\u0435 \u043E\u043D\u0430 \u0442\u0430\u043A \u0438\u0437 \u0431\u044B\u043B \u043C\u044B",
                        "\u044B\u044D\u0451"));
        CYRILLIC.put(
                "uk",
                words(
                        "\u0456 \u0432 \u043D\u0435 \u043D\u0430 \u0449\u043E \u0437 \u0442\u0430 \u0439 \u0446\u0435 \u0432\u0456\u043D \u044F\u043A \u0434\u043E \u0432\u0456\u0434 \u043F\u0440\u043E \u0454 \u043C\u0438 \u0430\u043B\u0435",
                        "\u0456\u0457\u0454\u0491"));
        CYRILLIC.put(
                "bg",
                words(
                        "\u043D\u0430 \u0434\u0430 \u0438 \u0432 \u0441\u0435 \u043E\u0442 \u0437\u0430 \u0435 \u0441 \u043D\u0435 \u0447\u0435 \u0442\u043E\u0432\u0430 \u0441\u0430 \u043F\u043E \u0441\u0438 \u043A\u043E\u0439\u0442\u043E \u0449\u0435 \u043A\u0430\u0442\u043E \u043D\u0438\u0435 \u0431\u0435\u0448\u0435",
                        "\u044A"));
        ARABIC.put(
                "ar",
                words(
                        "\u0641\u064A \u0645\u0646 \u0639\u0644\u0649 \u0625\u0644\u0649 \u0623\u0646 \u0627\u0644\u062A\u064A \u0647\u0630\u0627 \u0639\u0646 \u0647\u0630\u0647 \u0645\u0639 \u0643\u0627\u0646 \u0627\u0644\u0630\u064A \u0644\u0627",
                        "\u0629\u0623\u0625\u0649\u0643\u064A"));
        ARABIC.put(
                "fa",
                words(
                        "\u0648 \u062F\u0631 \u0628\u0647 \u0627\u0632 \u06A9\u0647 \u0627\u06CC\u0646 \u0631\u0627 \u0628\u0627 \u0627\u0633\u062A \u0628\u0631\u0627\u06CC \u0622\u0646 \u0645\u06CC \u0645\u0646",
                        "\u067E\u0686\u06AF\u0698"));
        ARABIC.put(
                "ur",
                words(
                        "\u06A9\u06D2 \u06A9\u06CC \u06C1\u06D2 \u0627\u0648\u0631 \u0645\u06CC\u06BA \u0633\u06D2 \u06A9\u0627 \u06A9\u0648 \u0627\u0633 \u06C1\u06CC\u06BA \u067E\u0631 \u06CC\u06C1",
                        "\u06D2\u06BA\u0679\u0688\u06C1"));
        DEVANAGARI.put(
                "hi",
                words(
                        "\u0939\u0948 \u0915\u0947 \u092E\u0947\u0902 \u0915\u0940 \u0914\u0930 \u0938\u0947 \u0915\u093E \u0915\u094B \u0939\u0948\u0902 \u092A\u0930 \u0928\u0947 \u092D\u0940 \u092F\u0939 \u092E\u0948\u0902",
                        ""));
        DEVANAGARI.put(
                "mr",
                words(
                        "\u0906\u0939\u0947 \u0906\u0923\u093F \u092F\u093E \u0906\u0939\u0947\u0924 \u0939\u0940 \u0939\u0947 \u0924\u0947 \u0928\u093E\u0939\u0940 \u092E\u0940 \u0924\u094D\u092F\u093E \u0905\u0938\u0932\u094D\u092F\u093E\u091A\u0947",
                        "\u0933"));
        DEVANAGARI.put(
                "ne",
                words(
                        "\u091B \u0930 \u0915\u094B \u092E\u093E \u0932\u093E\u0908 \u0939\u094B \u092F\u094B \u0925\u093F\u092F\u094B \u091B\u0928\u094D \u0932\u0947 \u0928\u0947\u092A\u093E\u0932 \u092E",
                        ""));
    }

    private FrequentWords() {}

    /** The words, then the tell-tale letters as the last entry. */
    private static List<String> words(String words, String letters) {
        return List.of(words, letters);
    }

    private static Optional<String> detect(String text) {
        Map<UnicodeScript, Integer> scripts = new EnumMap<>(UnicodeScript.class);
        text.codePoints().filter(Character::isLetter).forEach(c -> scripts.merge(UnicodeScript.of(c), 1, Integer::sum));
        if (scripts.isEmpty()) {
            return Optional.empty();
        }
        UnicodeScript script = scripts.entrySet().stream()
                .max(Map.Entry.comparingByValue())
                .orElseThrow()
                .getKey();
        // Japanese mixes kana into Han; a fifth of kana is enough to tell.
        int kana = scripts.getOrDefault(UnicodeScript.HIRAGANA, 0) + scripts.getOrDefault(UnicodeScript.KATAKANA, 0);
        if (script == UnicodeScript.HAN && kana * 5 > scripts.getOrDefault(script, 0)) {
            return Optional.of("ja");
        }
        return Optional.of(
                switch (script) {
                    case CYRILLIC -> best(text, CYRILLIC, "ru");
                    case ARABIC -> best(text, ARABIC, "ar");
                    case DEVANAGARI -> best(text, DEVANAGARI, "hi");
                    case LATIN -> best(text, LATIN, "en");
                    default -> ONE_LANGUAGE.getOrDefault(script, script.name().toLowerCase(Locale.ROOT));
                });
    }

    private static String best(String text, Map<String, List<String>> languages, String otherwise) {
        String lower = PythonCase.lower(text);
        Map<String, Integer> counts = new HashMap<>();
        StringBuilder word = new StringBuilder();
        // Marks belong to words here: Devanagari vowels are marks.
        (lower + " ").codePoints().forEach(c -> {
            int type = Character.getType(c);
            boolean part = Character.isLetter(c)
                    || type == Character.NON_SPACING_MARK
                    || type == Character.COMBINING_SPACING_MARK
                    || (c == '\'' && word.length() > 0);
            if (part) {
                word.appendCodePoint(c);
            } else if (word.length() > 0) {
                counts.merge(word.toString(), 1, Integer::sum);
                word.setLength(0);
            }
        });
        String best = otherwise;
        double most = 0;
        for (Map.Entry<String, List<String>> language : languages.entrySet()) {
            double score = 0;
            for (String frequent : language.getValue().get(0).split(" ", -1)) {
                score += counts.getOrDefault(frequent, 0);
            }
            String letters = language.getValue().get(1);
            score += LETTER_WEIGHT
                    * lower.chars().filter(c -> letters.indexOf(c) >= 0).count();
            if (score > most) {
                most = score;
                best = language.getKey();
            }
        }
        return best;
    }
}
