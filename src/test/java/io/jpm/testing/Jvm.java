package io.jpm.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A Java that the agent supports: its version and its executable.
public record Jvm(int version, Path java) {
  private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)");

  @Override
  public String toString() {
    return "Java " + version;
  }

  /// Returns the Java that runs the tests, and one of each other version that is installed, the
  /// oldest first.
  public static List<Jvm> all() {
    Map<Integer, Jvm> found = new TreeMap<>();
    Path own = Path.of(System.getProperty("java.home", ""));
    add(found, own);
    Path installed = Path.of("/usr/lib/jvm");
    if (Files.isDirectory(installed)) {
      try (Stream<Path> homes = Files.list(installed)) {
        homes.sorted().forEach(home -> add(found, home));
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    }
    return List.copyOf(found.values());
  }

  /// Returns those of [#all] that do not run the tests.
  public static List<Jvm> others() {
    int own = Runtime.version().feature();
    return all().stream().filter(jvm -> jvm.version() != own).toList();
  }

  private static void add(Map<Integer, Jvm> found, Path home) {
    try {
      Matcher version = VERSION.matcher(Files.readString(home.resolve("release")));
      Path java = home.resolve("bin/java");
      if (version.find() && Integer.parseInt(version.group(1)) >= 17 && Files.exists(java)) {
        int number = Integer.parseInt(version.group(1));
        found.putIfAbsent(number, new Jvm(number, java));
      }
    } catch (IOException notOne) {
      // The directory does not contain a JDK.
    }
  }
}
