package io.jpm.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Compiles and runs the examples in the comments of the Java client.
@Timeout(120)
class JavadocExamplesTest {
  private static final Path SOURCES = Path.of("src/main/java/io/jpm/client");
  private static final Pattern EXAMPLE =
      Pattern.compile("^ *///? ```java\n(.*?)^ */// ```$", Pattern.MULTILINE | Pattern.DOTALL);
  private static final String INSTANCE =
      "{\"app\":\"web\",\"id\":0,\"number\":0,\"namespace\":\"default\",\"status\":\"online\",\"pid\":1,"
          + "\"restarts\":0,\"unstable_restarts\":0,\"created_at\":1,\"started_at\":null,\"exit_code\":null,"
          + "\"exit_signal\":null,\"reason\":\"\",\"unhealthy\":null,\"out_file\":\"/o\",\"error_file\":\"/e\"}";

  @TempDir Path directory;

  static Stream<Named<String>> examples() throws IOException {
    try (Stream<Path> files = Files.list(SOURCES)) {
      return files
          .sorted()
          .flatMap(file ->
              EXAMPLE
                  .matcher(read(file))
                  .results()
                  .map(match ->
                      Named.of(
                          file.getFileName().toString(),
                          match.group(1).replaceAll("(?m)^ *///? ?", ""))))
          .toList()
          .stream();
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void anExampleCompilesAndRuns(String example) throws Exception {
    Path home = Files.createDirectory(directory.resolve("home"));
    if (example.contains("Certificates")) {
      certificates(home);
    }
    AtomicReference<FakeDaemon> self = new AtomicReference<>();
    try (FakeDaemon daemon = FakeDaemon.tcp().in(home)) {
      self.set(daemon);
      daemon.answering(body -> answer(self.get(), body));
      run(compile(example), home);
      if (example.contains("client.ask")) {
        assertThat(daemon.requests()).isNotEmpty();
      } else if (example.contains("client.follow")) {
        assertThat(daemon.registrations()).isNotEmpty();
      }
    }
  }

  private static String answer(FakeDaemon daemon, Map<?, ?> body) {
    if ("events".equals(body.get("verb"))) {
      return "{\"v\":1,\"ok\":true,\"events\":[],\"forgotten\":0}";
    } else if ("start".equals(body.get("verb"))) {
      daemon.publish(
          "jpm.events",
          "{\"v\":1,\"seq\":1,\"event\":\"online\",\"app\":\"web\",\"pid\":1,\"reason\":\"\",\"at\":1}");
    }
    return "{\"v\":1,\"ok\":true,\"instances\":[" + INSTANCE + "]}";
  }

  private Path compile(String example) throws IOException {
    Path source = directory.resolve("Example.java");
    Files.writeString(
        source,
        """
        import io.jpm.client.*;
        import java.io.*;
        import java.nio.file.*;
        import java.util.*;
        import java.util.concurrent.*;
        import javax.net.ssl.SSLContext;

        public class Example {
          public static void run(Path home) throws Exception {
        %s
          }
        }
        """
            .formatted(example));
    var compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    try (var files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      List<String> options =
          new ArrayList<>(
              List.of("-proc:none", "-d", directory.toString(), "-cp", "target/classes"));
      boolean fine =
          compiler
              .getTask(said, files, null, options, null, files.getJavaFileObjects(source))
              .call();
      assertThat(fine).as(said + "\n" + example).isTrue();
    }
    return directory;
  }

  private static void run(Path classes, Path home) throws Exception {
    try (var loader =
        new URLClassLoader(
            new URL[] {classes.toUri().toURL()}, JavadocExamplesTest.class.getClassLoader())) {
      loader.loadClass("Example").getMethod("run", Path.class).invoke(null, home);
    }
  }

  /// Creates the files that the example of certificates reads.
  private void certificates(Path home) throws Exception {
    TestCertificates made = TestCertificates.create(directory.resolve("made"));
    Files.copy(made.certificate(), home.resolve("ca.pem"));
    Files.copy(made.certificate(), home.resolve("me.pem"));
    Files.copy(made.key(), home.resolve("me.key"));
  }
}
