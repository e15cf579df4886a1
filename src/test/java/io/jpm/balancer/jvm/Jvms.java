package io.jpm.balancer.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;

/// The Javas of this machine for which the agent is made, and programs that run on all of them.
final class Jvms {
  private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"(\\d+)");

  private Jvms() {}

  /// A Java: its version and its executable.
  record Jvm(int version, Path java) {
    @Override
    public String toString() {
      return "Java " + version;
    }
  }

  /// The one that runs the tests, and one of each other version that is installed.
  static List<Jvm> all() {
    Map<Integer, Jvm> found = new TreeMap<>();
    Path own = Path.of(System.getProperty("java.home"));
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

  private static void add(Map<Integer, Jvm> found, Path home) {
    try {
      Matcher version = VERSION.matcher(Files.readString(home.resolve("release")));
      Path java = home.resolve("bin/java");
      if (version.find() && Integer.parseInt(version.group(1)) >= 17 && Files.exists(java)) {
        int number = Integer.parseInt(version.group(1));
        found.putIfAbsent(number, new Jvm(number, java));
      }
    } catch (IOException notOne) {
      // a folder of something else
    }
  }

  /// Compiles the servers for the oldest of them.
  ///
  /// @return the class path that runs them
  static String servers(Path classes) throws IOException {
    List<String> words =
        new ArrayList<>(
            List.of("--release", "17", "-proc:none", "-nowarn", "-d", classes.toString()));
    String libraries = System.getProperty("java.class.path");
    words.addAll(List.of("-cp", libraries));
    for (String name : List.of("Server.java", "VertxServer.java", "Epoll.java")) {
      try (var source =
          Objects.requireNonNull(Jvms.class.getResourceAsStream("/jvm/" + name), name)) {
        Path file = Files.write(classes.resolve(name), source.readAllBytes());
        words.add(file.toString());
      }
    }
    int code =
        ToolProvider.getSystemJavaCompiler().run(null, null, null, words.toArray(String[]::new));
    assertThat(code).isZero();
    return classes + ":" + libraries;
  }
}
