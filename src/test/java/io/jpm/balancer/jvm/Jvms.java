package io.jpm.balancer.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.TestGroup;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.tools.ToolProvider;

/// Server programs that run on every Java version that the agent supports.
final class Jvms {
  /// Options of short-lived JVMs, which would spend half their time compiling. The slow group runs
  /// without them, as users do.
  static final List<String> SHORT_LIVED =
      TestGroup.isSlow() ? List.of() : List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");

  private Jvms() {}

  /// Compiles the servers for the oldest supported Java version.
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
