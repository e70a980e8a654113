package io.holdfast.core.internal.configuration;

import io.holdfast.core.internal.configuration.OptionTable.Group;
import io.holdfast.core.spi.ConfigurableFeature.Values;
import io.holdfast.core.spi.Option;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes values of what was written in a file and in environment variables, and collects all that is wrong with it. A variable
 * counts more than a file.
 */
public final class Reading {
    /** Modules that bring options, by the word in their keys: what is missing if nothing takes them. */
    private static final Map<String, String> MODULES = Map.of(
            "replication", "ha-replication",
            "membership", "ha-membership",
            "zookeeper-election", "ha-election-zookeeper",
            "etcd-election", "ha-election-etcd");

    /** What Kubernetes sets in every container for a service named "holdfast". */
    private static final Pattern OF_A_SERVICE =
            Pattern.compile("HOLDFAST_(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT(_\\d+_(TCP|UDP|SCTP)(_\\w+)?)?)");

    private final OptionTable table;
    private final Map<String, Given> given = new LinkedHashMap<>();
    private final Map<String, Given> overridden = new LinkedHashMap<>();
    private final Map<String, Object> values = new LinkedHashMap<>();
    private final Map<String, Given> sources = new LinkedHashMap<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> warnings = new LinkedHashSet<>();
    private final Set<String> spoilt = new LinkedHashSet<>();

    /**
     * Something that is wrong.
     *
     * @param group whose options it is about, or null if it is about none that is known
     * @param option whose value it is about, or null if it is about several, or about one that is missing
     */
    public record Problem(@Nullable Group group, @Nullable Option<?> option, String text) {}

    public Reading(OptionTable table) {
        this.table = table;
    }

    /** What is wrong, each with what to write instead. */
    public List<Problem> problems() {
        return problems;
    }

    /** What is unwise. */
    public Set<String> warnings() {
        return warnings;
    }

    /** What was written in vain, because a variable says otherwise; by key. */
    public Map<String, Given> overridden() {
        return overridden;
    }

    /** What is in force, by key. */
    public Map<String, Given> given() {
        return given;
    }

    /** True if something is wrong with what was written for those options. */
    public boolean isSpoilt(Group group) {
        return spoilt.contains(group.name());
    }

    /** True if something is wrong with what was written for that one. */
    public boolean isSpoilt(Group group, Option<?> option) {
        return problems.stream().anyMatch(problem -> group.equals(problem.group()) && option.equals(problem.option()));
    }

    /** True if something was written for those options. */
    public boolean isGiven(Group group) {
        return group.options().stream().anyMatch(option -> sources.containsKey(OptionTable.keyOf(group, option)));
    }

    /** Takes the lines of one file. */
    public void file(Path file, PropertiesText text) {
        for (PropertiesText.Problem problem : text.problems()) {
            problem(file + ":" + problem.line() + ": " + problem.text());
        }
        Map<String, Integer> lines = new TreeMap<>();
        for (PropertiesText.Property property : text.properties()) {
            Given one = new Given(property.key(), property.value(), file, property.line());
            OptionTable.Key key = table.key(property.key());
            if (key == null) {
                unknownKey(one);
            } else {
                Integer before = lines.put(key.name(), property.line());
                if (before != null) {
                    problem(key, one + " is in line " + before + " already; leave one of them out");
                }
                given.put(key.name(), one);
            }
        }
    }

    /** Takes the variables that are Holdfast's. */
    public void environment(Map<String, String> variables) {
        for (Map.Entry<String, String> variable : new TreeMap<>(variables).entrySet()) {
            String name = variable.getKey();
            if (!name.startsWith(OptionTable.VARIABLE_PREFIX)
                    || variable.getValue().isEmpty()) {
                continue; // empty is what is left where a template has filled in nothing
            }
            OptionTable.Key key = table.variable(name);
            if (key != null) {
                Given before = given.put(key.name(), new Given(name, variable.getValue(), null, 0));
                if (before != null) {
                    overridden.put(key.name(), before);
                }
            } else if (!OF_A_SERVICE.matcher(name).matches()) {
                String near = table.nearestVariable(name);
                problem("environment variable " + name + " is not known"
                        + (near == null ? module(featureOf(name)) : didYouMean(near)));
            }
        }
    }

    /** A feature's name may be of several words. */
    private static String featureOf(String variable) {
        return MODULES.keySet().stream()
                .filter(feature -> variable.startsWith(OptionTable.variableOf(OptionTable.PREFIX + feature + ".")))
                .findFirst()
                .orElseGet(() ->
                        wordAfter(OptionTable.VARIABLE_PREFIX, variable, '_').toLowerCase(Locale.ROOT));
    }

    private void unknownKey(Given one) {
        String name = one.name();
        if (!name.startsWith(OptionTable.PREFIX)) {
            String near = table.key(OptionTable.PREFIX + name) != null
                    ? OptionTable.PREFIX + name
                    : name.contains(".") ? table.nearestKey(name) : null;
            if (near != null) { // else it is somebody else's: applications may share the file
                problem(one + " is not known" + didYouMean(near));
            }
            return;
        }
        String near = table.nearestKey(name);
        String feature = wordAfter(OptionTable.PREFIX, name, '.');
        boolean missing = !table.hasGroup(feature) && MODULES.containsKey(feature);
        problem(one + " is not known" + (missing || near == null ? module(feature) : didYouMean(near)));
    }

    /** Up to the next {@code end}; empty if nothing is there. */
    private static String wordAfter(String prefix, String name, char end) {
        int next = name.indexOf(end, prefix.length());
        return name.substring(prefix.length(), next < 0 ? name.length() : next);
    }

    private static String didYouMean(String near) {
        return "; did you mean " + near + "?";
    }

    private String module(String feature) {
        String module = MODULES.get(feature);
        if (module != null && !table.hasGroup(feature)) {
            return ": nothing on the path takes " + OptionTable.PREFIX + feature + ".*; add the module io.holdfast:"
                    + module;
        }
        return "; docs/configuration.md lists what is, under "
                + table.groups().stream()
                        .map(group -> OptionTable.PREFIX + group.name() + ".*")
                        .toList();
    }

    /** Makes values of all that was taken. Called once, last. */
    public void finish() {
        for (OptionTable.Key key : table.keys()) {
            Given one = given.get(key.name());
            if (one == null) {
                continue;
            }
            Option<?> secret = key.secret();
            Given inline = secret == null ? null : given.get(OptionTable.keyOf(key.group(), secret));
            if (secret != null && inline != null) {
                bothWays(key, secret, one, inline);
            } else {
                value(key, one);
            }
        }
    }

    /** A secret is written, and a file that holds it is named. */
    private void bothWays(OptionTable.Key key, Option<?> secret, Given named, Given inline) {
        if (named.isVariable() == inline.isVariable()) {
            problem(key, inline + " and " + named + " say the same twice; leave one of them out");
        } else if (named.isVariable()) {
            overridden.put(OptionTable.keyOf(key.group(), secret), inline);
            given.remove(OptionTable.keyOf(key.group(), secret));
            value(key, named);
        } else {
            overridden.put(key.name(), named);
            given.remove(key.name());
        }
    }

    private void value(OptionTable.Key key, Given one) {
        Option<?> secret = key.secret();
        try {
            if (secret == null) {
                values.put(key.name(), key.option().parse(one.text()));
                sources.put(key.name(), one);
                Path file = one.file();
                if (key.option().secret() && file != null && OperatorFiles.isReadableByAll(file)) {
                    warnings.add(file + " holds " + key.name()
                            + " and can be read by every user of this host; chmod o-r " + file);
                }
            } else {
                Path file = Path.of(one.text().strip());
                String whole = OptionTable.keyOf(key.group(), secret);
                values.put(whole, OperatorFiles.text(file).stripTrailing());
                sources.put(whole, one);
                if (OperatorFiles.isReadableByAll(file)) {
                    warnings.add(
                            file + " (" + key.name() + ") can be read by every user of this host; chmod o-r " + file);
                }
            }
        } catch (IllegalArgumentException wrong) {
            problem(key, one + ": " + wrong.getMessage());
        }
    }

    private void problem(String text) {
        problems.add(new Problem(null, null, text));
    }

    private void problem(OptionTable.Key key, String text) {
        problems.add(new Problem(key.group(), key.option(), text));
        spoilt.add(key.group().name());
    }

    private void problem(Group group, String text) {
        problems.add(new Problem(group, null, text));
        spoilt.add(group.name());
    }

    /** How the options of {@code group} look at it. */
    public Values of(Group group) {
        return new Values() {
            @Override
            public <T> Optional<T> given(Option<T> option) {
                return Optional.ofNullable(value(group, option));
            }

            @Override
            public String name(Option<?> option) {
                String key = OptionTable.keyOf(group, option);
                Given source = sources.get(key);
                return source == null ? key : key + " (" + source.where() + ")";
            }

            @Override
            public void refuse(String problem) {
                problem(group, problem);
            }
        };
    }

    @SuppressWarnings("unchecked") // an option's value was made by that option
    private <T> @Nullable T value(Group group, Option<T> option) {
        return (T) values.get(OptionTable.keyOf(group, option));
    }
}
