package io.jpm.web;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A parser of Prometheus's text format that is as strict as the specification allows: it rejects
/// what `promtool check` would reject.
record Exposition(Map<String, Double> values, Map<String, String> types) {
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(.*)})? ([^ ]+)");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\"\\\\n])*)\"(,|$)");

  static Exposition parse(String text) {
    Map<String, Double> values = new LinkedHashMap<>();
    Map<String, String> types = new HashMap<>();
    Set<String> helps = new HashSet<>();
    Set<String> closed = new HashSet<>();
    String family = "";
    require(text.endsWith("\n"), "the last line ends with a line feed");
    for (String line : text.lines().toList()) {
      if (line.startsWith("# HELP ")) {
        require(helps.add(word(line, 2)), "one HELP: " + line);
      } else if (line.startsWith("# TYPE ")) {
        String name = word(line, 2);
        require(NAME.matcher(name).matches(), line);
        require(List.of("counter", "gauge").contains(word(line, 3)), line);
        require(types.put(name, word(line, 3)) == null, "one TYPE: " + line);
        require(helps.contains(name), "HELP before TYPE: " + line);
      } else {
        Matcher sample = SAMPLE.matcher(line);
        require(sample.matches(), "a sample: " + line);
        String name = sample.group(1);
        require(types.containsKey(name), "TYPE before samples: " + line);
        if (!name.equals(family)) {
          closed.add(family);
          family = name;
          require(!closed.contains(name), "the samples of a metric are adjacent: " + line);
        }
        labels(sample.group(3), line);
        double value = Double.parseDouble(sample.group(4));
        require(
            !"counter".equals(types.get(name)) || (name.endsWith("_total") && value >= 0), line);
        require(
            values.put(name + (sample.group(2) == null ? "" : sample.group(2)), value) == null,
            "each series once: " + line);
      }
    }
    return new Exposition(values, types);
  }

  private static void labels(String text, String line) {
    if (text == null) {
      return;
    }
    Set<String> names = new HashSet<>();
    int at = 0;
    Matcher label = LABEL.matcher(text);
    while (at < text.length()) {
      require(label.find(at) && label.start() == at, "labels: " + line);
      require(names.add(label.group(1)), "each label once: " + line);
      at = label.end();
    }
  }

  double value(String series) {
    Double value = values.get(series);
    if (value == null) {
      throw new AssertionError(series + " is not among " + values.keySet());
    }
    return value;
  }

  Set<String> series() {
    return values.keySet();
  }

  private static String word(String line, int place) {
    return line.split(" ", 4 + place)[place];
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
