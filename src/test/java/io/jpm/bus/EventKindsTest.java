package io.jpm.bus;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.DaemonEvent;
import io.jpm.bus.god.InstanceEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Checks that three texts for readers list exactly the kinds of events that exist.
class EventKindsTest {
  private static final Set<String> OF_INSTANCES = words(InstanceEvent.Kind.values());
  private static final Set<String> OF_THE_DAEMON = words(DaemonEvent.Kind.values());
  private static final Set<String> ALL =
      Stream.of(OF_INSTANCES, OF_THE_DAEMON)
          .flatMap(Set::stream)
          .collect(Collectors.toCollection(TreeSet::new));

  @Test
  void javadocOfEventMessageListsAllKinds() throws IOException {
    String source = read("src/main/java/io/jpm/wire/EventMessage.java");
    assertThat(quoted(between(source, "/// @param event", "/// @param app"))).isEqualTo(ALL);
  }

  @Test
  void bridgeDocumentListsAllKinds() throws IOException {
    String doc = read("docs/bridge.md");
    assertThat(firstCells(between(doc, "| event of an instance |", "\n\n")))
        .isEqualTo(OF_INSTANCES);
    assertThat(firstCells(between(doc, "| event of the daemon", "\n\n"))).isEqualTo(OF_THE_DAEMON);
  }

  @Test
  void architectureDocumentListsAllKinds() throws IOException {
    String doc = read("docs/architecture.md");
    String ofInstances = between(doc, "is an `InstanceEvent`:", "\n\n");
    assertThat(quoted(ofInstances)).isEqualTo(OF_INSTANCES);
    String ofTheDaemon = between(doc, "is a `DaemonEvent`,", "\n\n");
    assertThat(quoted(ofTheDaemon)).containsAll(OF_THE_DAEMON);
  }

  private static String read(String file) throws IOException {
    return Files.readString(Path.of(file));
  }

  private static String between(String text, String begin, String end) {
    int from = text.indexOf(begin);
    assertThat(from).as(begin).isNotNegative();
    int to = text.indexOf(end, from + begin.length());
    return text.substring(from + begin.length(), to < 0 ? text.length() : to);
  }

  private static Set<String> firstCells(String table) {
    return table
        .lines()
        .filter(line -> line.startsWith("| `"))
        .flatMap(line -> quoted(line.substring(0, line.indexOf('|', 1))).stream())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> quoted(String text) {
    Matcher word = Pattern.compile("`([a-z_]+)`").matcher(text);
    return word.results()
        .map(match -> match.group(1))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> words(Enum<?>[] kinds) {
    return List.of(kinds).stream()
        .map(kind -> kind.name().toLowerCase(Locale.ROOT))
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
