package io.jpm.balancer;

import io.jpm.model.AppSpec;
import io.jpm.model.EffectiveProgram;
import io.jpm.model.RunAs;
import io.jpm.os.AppAccess;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Checks whether the JVM of an app can start with the agent, and whether the agent supports that
/// JVM. The agent must never keep an app from starting.
final class AgentCompatibility {
  /// Matches the class archive options (CDS, AOT cache) that make the JVM exit if an agent prevents
  /// it from using or creating the archive.
  private static final Pattern OPTION =
      Pattern.compile("(?<!\\S)(-XX:(?:AOTMode=on(?!\\S)|ArchiveClassesAtExit=\\S*))");

  private static final Set<String> VARIABLES = Set.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS");

  private static final Pattern VERSION = Pattern.compile("(?m)^JAVA_VERSION=\"([0-9]{1,4})");
  private static final int OLDEST = 17;
  private static final int MOST_OF_RELEASE = 1 << 16;

  private AgentCompatibility() {}

  /// Returns the reason why the app's JVM cannot start with the agent, as text for users; empty if
  /// no reason was found. Reads the disk.
  static Optional<String> conflict(AppSpec spec) {
    return program(spec)
        .flatMap(AgentCompatibility::withoutAgents)
        .or(() -> option(spec).map(option -> "a Java agent cannot be used with " + option));
  }

  /// Returns the path of the app's program. If another program, such as a shell, starts Java,
  /// searches `PATH` for Java, as that program does.
  private static Optional<Path> program(AppSpec spec) {
    EffectiveProgram program = EffectiveProgram.of(spec.command());
    if (!program.isJava() || !program.indirect()) {
      return Optional.of(spec.command().program());
    }
    String folders = spec.variables().effective().getOrDefault("PATH", "");
    Stream<String> candidates =
        program.program().contains("/")
            ? Stream.of(program.program())
            : Stream.of(folders.split(":", -1)).map(it -> it + "/" + program.program());
    return candidates.map(spec.cwd()::resolve).filter(Files::isExecutable).findFirst();
  }

  /// Returns the reason why the agent does not support the Java version of `program`, as text for
  /// users; empty if the agent supports it, or if the version cannot be read.
  ///
  /// @param access reads files with the credentials of the app's user, because that user may have
  ///   installed this Java runtime
  static Optional<String> unsupportedJava(Path program, RunAs runAs, AppAccess access) {
    try {
      Path bin = program.toRealPath().getParent();
      Path home = bin == null ? null : bin.getParent();
      if (home == null || Files.notExists(home.resolve("release"))) {
        return Optional.empty();
      }
      Matcher version =
          VERSION.matcher(
              new String(
                  access.read(home.resolve("release"), MOST_OF_RELEASE, runAs),
                  StandardCharsets.ISO_8859_1));
      return version.find() && Integer.parseInt(version.group(1)) < OLDEST
          ? Optional.of("its Java version is older than " + OLDEST)
          : Optional.empty();
    } catch (IOException unreadable) {
      return Optional.empty();
    }
  }

  private static Optional<String> option(AppSpec spec) {
    Stream<String> words =
        Stream.concat(
            spec.command().argv().stream(),
            VARIABLES.stream().map(name -> spec.variables().effective().getOrDefault(name, "")));
    return words
        .map(OPTION::matcher)
        .filter(Matcher::find)
        .map(found -> found.group(1))
        .findFirst();
  }

  /// Returns the reason why the Java runtime of `program` cannot load agents: it was built without
  /// the module `java.instrument`. Returns empty if it contains the module.
  private static Optional<String> withoutAgents(Path program) {
    try {
      Path bin = program.toRealPath().getParent();
      Path home = bin == null ? null : bin.getParent();
      boolean without =
          home != null
              && Files.exists(home.resolve("lib/modules"))
              && Files.notExists(home.resolve("lib/libinstrument.so"));
      return without
          ? Optional.of("the Java in " + home + " does not contain the module java.instrument")
          : Optional.empty();
    } catch (IOException missing) {
      return Optional.empty(); // the start fails anyway and is reported then
    }
  }
}
