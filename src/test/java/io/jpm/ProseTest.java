package io.jpm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Comments, messages and documents keep to the rules of `docs/style.md` that a program can check,
/// and the documents name only types that exist.
class ProseTest {
  private static final Path EXCEPTIONS = Path.of("src/test/resources/prose/exceptions.txt");

  private static final List<Path> ROOTS =
      Stream.of(
              "src",
              "docs",
              "bin",
              "lib",
              "bench",
              "examples",
              ".ci",
              "README.md",
              "CHANGELOG.md",
              "CONTRIBUTING.md",
              "SECURITY.md")
          .map(Path::of)
          .toList();

  private static final Pattern CHECKED =
      Pattern.compile(".*\\.(java|md|sh|bash|js|cjs|py|yml|yaml)|(bin|bench|\\.ci)/[^.]+");

  private static final Pattern COMMENT = Pattern.compile("(?:^\\s*|\\s)(?:///?|\\*|#)\\s(.*)$");
  private static final Pattern LITERAL = Pattern.compile("\"([^\"\\\\]{12,})\"");

  /// Each with the advice for the writer.
  private static final Map<Pattern, String> MARKERS = markers();

  /// References in documents, in backticks: `Type`, `some.pkg.Type`, `Type.member`, `Type#member`.
  private static final Pattern TYPE =
      Pattern.compile(
          "`((?:[a-z][a-z0-9]*\\.)*)([A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+)(?:[.#](\\w+))?(?:[.(<][^`]*)?`");

  private static Map<Pattern, String> markers() {
    Map<Pattern, String> all = new LinkedHashMap<>();
    all.put(
        marker("(?<!\\bthere )\\bis no (?!longer\\b)\\w+\\b"),
        "write 'is not a …', or what was expected");
    all.put(
        marker("\\b(?:nobody|somebody|whoever|anybody|everybody|whosoever)\\b"),
        "name the actor: the client, the caller, the user");
    all.put(
        Pattern.compile(
            "^(?:Who|Whoever|Whom|What)\\s(?!(?:is|are|does|do|to|it|this)\\b.*\\?)[a-z].*[.:]\\s*$"),
        "begin with a noun: the client that …, the value that …");
    all.put(
        marker("\\b(?:anew|begets?|reckon\\w*|hearken|therein|whereof|thereof|of whom)\\b"),
        "use the everyday word");
    all.put(
        marker("\\b(?:to be had|is to be|are to be|has it that|is told of|tells of|says of)\\b"),
        "use an active verb: reports, contains, must");
    all.put(marker("\\b(?:mend|mends|mended)\\b"), "fix, repair");
    all.put(marker("\\broom\\b"), "space, capacity; or module, package");
    all.put(marker("\\bdoor\\b"), "listener, endpoint, port");
    return all;
  }

  private static Pattern marker(String regex) {
    return Pattern.compile(regex, Pattern.CASE_INSENSITIVE);
  }

  @Test
  void commentsMessagesAndDocumentsUseStandardEnglish() throws IOException {
    List<String> exceptions = exceptions();
    Set<String> unused = new HashSet<>(exceptions);
    List<String> found = new ArrayList<>();
    for (Path file : checked()) {
      List<String> lines = Files.readAllLines(file, StandardCharsets.ISO_8859_1);
      for (int i = 0; i < lines.size(); i++) {
        String line = lines.get(i);
        String advice = advice(prose(file, line));
        if (advice.isEmpty()) {
          continue;
        }
        List<String> allowed = exceptions.stream().filter(line::contains).toList();
        allowed.forEach(unused::remove);
        if (allowed.isEmpty()) {
          found.add("%s:%d: %s%n    %s".formatted(file, i + 1, line.strip(), advice));
        }
      }
    }
    assertThat(found).as("see docs/style.md; exceptions are in %s", EXCEPTIONS).isEmpty();
    assertThat(unused).as("exceptions that nothing needs").isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/// Nobody asked. | name the actor",
        "throw new IllegalArgumentException(\"port is no number\"); | write 'is not",
        "# What the daemon has written. | begin with a noun",
        "// Opened anew. | everyday word",
        "int door = 1; | ''",
        "/// The port is not a number. | ''",
        "/// It is no longer needed. | ''"
      })
  void markersAreRecognized(String line, String advice) {
    assertThat(advice(prose(Path.of("A.java"), line))).contains(advice);
    assertThat(advice(prose(Path.of("A.java"), line)).isEmpty()).isEqualTo(advice.isEmpty());
  }

  /// Returns the part of a line that people read: a comment, string literals, Markdown.
  private static String prose(Path file, String line) {
    if (file.toString().endsWith(".md")) {
      return line;
    }
    Matcher comment = COMMENT.matcher(line);
    if (file.startsWith("src/test")) {
      return comment.find() ? comment.group(1) : ""; // literals there are data
    }
    String literals =
        LITERAL.matcher(line).results().map(it -> it.group(1)).collect(Collectors.joining(" "));
    return (comment.find() ? comment.group(1) : "") + literals;
  }

  private static String advice(String prose) {
    return MARKERS.entrySet().stream()
        .filter(marker -> marker.getKey().matcher(prose).find())
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  /// Returns the fragments of lines that are allowed: the first column, before `|` and the reason.
  private static List<String> exceptions() throws IOException {
    List<String> fragments = new ArrayList<>();
    for (String line : Files.readAllLines(EXCEPTIONS)) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      int bar = line.lastIndexOf(" | ");
      assertThat(bar).as("%s: a reason after ' | ': %s", EXCEPTIONS, line).isPositive();
      fragments.add(line.substring(0, bar).strip());
    }
    return fragments;
  }

  private static List<Path> checked() throws IOException {
    List<Path> files = new ArrayList<>();
    for (Path root : ROOTS) {
      try (Stream<Path> below = Files.walk(root)) {
        below
            .filter(Files::isRegularFile)
            .filter(file -> CHECKED.matcher(file.toString()).matches())
            .filter(file -> !file.toString().contains("/vendor/"))
            // They quote what they forbid.
            .filter(file -> !file.endsWith("ProseTest.java") && !file.endsWith("style.md"))
            .forEach(files::add);
      }
    }
    return files;
  }

  @ParameterizedTest
  @CsvSource({"docs/architecture.md", "docs/testing.md", "CONTRIBUTING.md", "README.md"})
  void documentsNameTypesAndMembersThatExist(Path document) throws IOException {
    Map<String, String> sources = sources();
    Map<String, List<String>> declared = declarations(sources);
    List<String> exceptions = exceptions();
    Set<String> missing = new TreeSet<>();
    Matcher reference = TYPE.matcher(Files.readString(document));
    while (reference.find()) {
      String name = reference.group(2);
      String path = reference.group(1).replace('.', '/') + name;
      Pattern member = Pattern.compile("\\b" + reference.group(3) + "\\b");
      boolean exists =
          declared.getOrDefault(name, List.of()).stream()
              .filter(
                  file -> path.equals(name) || file.equals("io/jpm/" + path) || file.equals(path))
              .map(sources::get)
              .anyMatch(text -> reference.group(3) == null || member.matcher(text).find());
      if (!exists && !exceptions.contains("`" + name + "`")) {
        missing.add(reference.group());
      }
    }
    assertThat(missing).isEmpty();
  }

  /// Returns the files that declare each type, nested ones too.
  private static Map<String, List<String>> declarations(Map<String, String> sources) {
    Pattern declaration = Pattern.compile("\\b(?:class|interface|record|enum) ([A-Z]\\w*)");
    Map<String, List<String>> files = new HashMap<>();
    sources.forEach((file, text) ->
        declaration
            .matcher(text)
            .results()
            .forEach(it -> files.computeIfAbsent(it.group(1), _ -> new ArrayList<>()).add(file)));
    return files;
  }

  /// Returns the text of each Java file by its path below the source folder, without `.java`.
  private static Map<String, String> sources() throws IOException {
    Map<String, String> texts = new HashMap<>();
    for (String root :
        List.of("src/main/java", "src/agent/java", "src/agent/bootstrap", "src/test/java")) {
      Path folder = Path.of(root);
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.filter(it -> it.toString().endsWith(".java")).toList()) {
          String path = folder.relativize(file).toString();
          texts.put(path.substring(0, path.length() - 5), Files.readString(file));
        }
      }
    }
    return texts;
  }
}
