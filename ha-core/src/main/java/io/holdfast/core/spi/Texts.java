package io.holdfast.core.spi;

import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How values are written in files and environment variables. Each reader says what to write instead of what it refuses. */
final class Texts {
    private static final Pattern AMOUNT = Pattern.compile("([+-]?[0-9][0-9_.,]*)\\s*([A-Za-z]*)");
    private static final Pattern WHOLE = Pattern.compile("[0-9]{1,18}");
    private static final Map<String, ChronoUnit> TIMES = new LinkedHashMap<>();
    private static final Map<String, Integer> SHIFTS = new LinkedHashMap<>();

    static {
        TIMES.put("d", ChronoUnit.DAYS);
        TIMES.put("h", ChronoUnit.HOURS);
        TIMES.put("m", ChronoUnit.MINUTES);
        TIMES.put("min", ChronoUnit.MINUTES);
        TIMES.put("s", ChronoUnit.SECONDS);
        TIMES.put("ms", ChronoUnit.MILLIS);
        TIMES.put("us", ChronoUnit.MICROS);
        TIMES.put("ns", ChronoUnit.NANOS);
        SHIFTS.put("TiB", 40);
        SHIFTS.put("GiB", 30);
        SHIFTS.put("MiB", 20);
        SHIFTS.put("KiB", 10);
        SHIFTS.put("B", 0);
        SHIFTS.put("", 0);
    }

    private Texts() {}

    private static IllegalArgumentException refused(String text, String why) {
        return new IllegalArgumentException("\"" + text + "\" " + why);
    }

    static boolean flag(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw refused(text, "is neither true nor false");
        };
    }

    static int number(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException wrong) {
            throw refused(text, "is no whole number; write digits alone, for example 10");
        }
    }

    static Duration duration(String text) {
        if (text.startsWith("P") || text.startsWith("p")) {
            try {
                return Duration.parse(text);
            } catch (DateTimeParseException wrong) {
                throw refused(text, "is no time as in ISO 8601; write for example PT5S, or 5s");
            }
        }
        Matcher amount = AMOUNT.matcher(text);
        if (!amount.matches()) {
            throw refused(text, "is no time; write for example 250ms, 5s, 10m, 1h, 30d or PT5S");
        }
        if (amount.group(2).isEmpty()) {
            throw refused(text, "has no unit; write " + text + "ms, " + text + "s or PT" + text + "S");
        }
        ChronoUnit unit = TIMES.get(amount.group(2));
        if (unit == null || !WHOLE.matcher(amount.group(1)).matches()) {
            throw refused(
                    text, "is no time; write a whole number and ns, us, ms, s, m, h or d, for example 1500ms or 10m");
        }
        try {
            return Duration.of(Long.parseLong(amount.group(1)), unit);
        } catch (ArithmeticException overflow) {
            throw refused(text, "is too long a time");
        }
    }

    /** In the greatest unit that divides it. */
    static String print(Duration time) {
        if (time.isZero()) {
            return "0s";
        }
        for (Map.Entry<String, ChronoUnit> unit : TIMES.entrySet()) {
            BigInteger[] parts =
                    nanos(time).divideAndRemainder(nanos(unit.getValue().getDuration()));
            if (parts[1].signum() == 0) {
                return parts[0] + unit.getKey();
            }
        }
        throw new IllegalStateException("every time is a whole number of nanoseconds: " + time);
    }

    private static BigInteger nanos(Duration time) {
        return BigInteger.valueOf(time.getSeconds())
                .multiply(BigInteger.valueOf(1_000_000_000))
                .add(BigInteger.valueOf(time.getNano()));
    }

    static long bytes(String text) {
        Matcher amount = AMOUNT.matcher(text);
        if (!amount.matches() || !WHOLE.matcher(amount.group(1)).matches()) {
            throw refused(text, "is no size; write a whole number of B, KiB, MiB, GiB or TiB, for example 64MiB");
        }
        Integer shift = SHIFTS.get(amount.group(2));
        if (shift == null) {
            throw refused(
                    text, "has a unit that is 1000 to some and 1024 to others, or none; write B, KiB, MiB, GiB or TiB");
        }
        long count = Long.parseLong(amount.group(1));
        if (count > Long.MAX_VALUE >> shift) {
            throw refused(text, "is too large a size");
        }
        return count << shift;
    }

    /** In the greatest unit that divides it. */
    static String printBytes(long bytes) {
        for (Map.Entry<String, Integer> unit : SHIFTS.entrySet()) {
            int shift = unit.getValue();
            if (bytes != 0 && bytes >> shift << shift == bytes) {
                return (bytes >> shift) + unit.getKey();
            }
        }
        return bytes + "B";
    }

    static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException wrong) {
            throw refused(text, "is no path: " + wrong.getReason());
        }
    }

    static List<String> list(String text) {
        List<String> elements = new ArrayList<>();
        for (String element : text.split(",", -1)) {
            if (element.isBlank()) {
                throw new IllegalArgumentException("element " + (elements.size() + 1)
                        + " is empty; write one comma between two, and none at the end");
            }
            elements.add(element.strip());
        }
        return List.copyOf(elements);
    }

    /** Names an element, and quotes it unless a password, {@code http://user:password@host}, may be anywhere in the whole. */
    private static IllegalArgumentException refusedElement(int number, String element, String whole, String why) {
        String quoted = whole.indexOf('@') < 0 ? " \"" + element + "\" " : " ";
        return new IllegalArgumentException("element " + number + quoted + why);
    }

    static Map<String, String> pairs(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        int number = 0;
        for (String element : list(text)) {
            number++;
            int equals = element.indexOf('=');
            String name = equals < 0 ? "" : element.substring(0, equals).strip();
            String value = element.substring(equals + 1).strip();
            if (name.isEmpty() || value.isEmpty()) {
                throw refusedElement(number, element, text, "is not name=value");
            }
            if (pairs.put(name, value) != null) {
                throw refusedElement(number, name, text, "has a name that is there twice");
            }
        }
        return Collections.unmodifiableMap(pairs);
    }

    static <E extends Enum<E>> E choice(E[] all, String names, String text) {
        for (E one : all) {
            if (one.name().equalsIgnoreCase(text)) {
                return one;
            }
        }
        throw refused(text, "is not " + names);
    }
}
