package dev.reft.graders;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A unit of measure that answers are converted from and to.
 *
 * @param kind what it measures
 * @param factor of the kind's basic unit
 */
record Unit(String kind, double factor) {
    private static final Map<String, Unit> KNOWN = new HashMap<>();

    static {
        put("length", 1, "m", "meter", "meters", "metre", "metres");
        put("length", 1e-3, "mm", "millimeter", "millimeters", "millimetre", "millimetres");
        put("length", 1e-2, "cm", "centimeter", "centimeters", "centimetre", "centimetres");
        put("length", 1e3, "km", "kilometer", "kilometers", "kilometre", "kilometres");
        // Not "in": "5 in total" names no unit.
        put("length", 0.0254, "inch", "inches");
        put("length", 0.3048, "ft", "foot", "feet");
        put("length", 0.9144, "yd", "yard", "yards");
        put("length", 1609.344, "mi", "mile", "miles");
        put("area", 1, "m2", "sqm");
        put("area", 1e-4, "cm2");
        put("area", 1e-6, "mm2");
        put("area", 1e6, "km2");
        put("area", 1e4, "ha", "hectare", "hectares");
        put("volume", 1, "l", "liter", "liters", "litre", "litres", "dm3");
        put("volume", 1e-3, "ml", "milliliter", "milliliters", "millilitre", "millilitres", "cm3");
        put("volume", 1e3, "m3");
        put("mass", 1, "g", "gram", "grams");
        put("mass", 1e-3, "mg", "milligram", "milligrams");
        put("mass", 1e3, "kg", "kilogram", "kilograms", "kilo", "kilos");
        put("mass", 1e6, "t", "ton", "tons", "tonne", "tonnes");
        put("mass", 453.59237, "lb", "lbs", "pound", "pounds");
        put("mass", 28.349523125, "oz", "ounce", "ounces");
        put("time", 1, "s", "sec", "secs", "second", "seconds");
        put("time", 1e-3, "ms", "millisecond", "milliseconds");
        put("time", 60, "min", "mins", "minute", "minutes");
        put("time", 3600, "h", "hr", "hrs", "hour", "hours");
        put("time", 86_400, "day", "days");
        put("time", 604_800, "week", "weeks");
        put("speed", 1, "m/s");
        put("speed", 1 / 3.6, "km/h", "kmh", "kph");
        put("speed", 0.44704, "mph", "mi/h");
        put("dollars", 1, "$", "dollar", "dollars", "usd");
        put("dollars", 0.01, "cent", "cents", "\u00a2");
        put("euros", 1, "\u20ac", "euro", "euros", "eur");
        put("share", 0.01, "%", "percent", "percents");
    }

    private static void put(String kind, double factor, String... names) {
        for (String name : names) {
            KNOWN.put(name, new Unit(kind, factor));
        }
    }

    /** The unit that a line with one number names, before the number (a currency sign) or right after it; empty if it names none of these. */
    static Optional<Unit> of(String line) {
        int digit = 0;
        while (digit < line.length() && !PythonText.isDigit(line.charAt(digit))) {
            digit++;
        }
        String before = digit > 0 ? line.substring(digit - 1, digit) : "";
        int at = digit;
        while (at < line.length() && (PythonText.isDigit(line.charAt(at)) || ",./".indexOf(line.charAt(at)) >= 0)) {
            at++;
        }
        Unit currency = KNOWN.get(before);
        return currency != null ? Optional.of(currency) : named(line.substring(at));
    }

    private static Optional<Unit> named(String rest) {
        String text = PythonText.strip(PythonCase.lower(rest))
                .replace("\u00b2", "2")
                .replace("\u00b3", "3")
                .replace("^", "")
                .replace(" per ", "/")
                .replace("/hour", "/h")
                .replace("/second", "/s")
                .replace("kilometers/", "km/")
                .replace("kilometres/", "km/")
                .replace("miles/", "mi/")
                .replace("meters/", "m/")
                .replace("metres/", "m/")
                .replace("square centimeters", "cm2")
                .replace("square meters", "m2")
                .replace("cubic meters", "m3")
                .replace("cubic centimeters", "cm3");
        int end = 0;
        while (end < text.length()
                && (Character.isLetterOrDigit(text.charAt(end)) || "/$%\u20ac\u00a2".indexOf(text.charAt(end)) >= 0)) {
            end++;
        }
        return Optional.ofNullable(KNOWN.get(text.substring(0, end)));
    }
}
