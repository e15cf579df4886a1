package io.jpm;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.TestDeadline;
import io.jpm.testing.TestGroup;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Error Prone and NullAway find nothing in the sources. This is a test and not a part of the
/// compilation: the checks keep one processor busy for a minute, and other tests run beside them
/// here.
///
/// Maven puts the checks into `target/source-checks` before the tests.
class SourceChecksTest {
  private static final Path CHECKS = Path.of("target/source-checks");

  /// The compiler packages that Error Prone needs, from its installation guide.
  private static final List<String> EXPORTS =
      List.of("api", "file", "main", "model", "parser", "processing", "tree", "util");

  private static final List<String> OPENS = List.of("code", "comp");

  private static final String OPTIONS =
      "-Xplugin:ErrorProne -Xep:NullAway:ERROR -XepOpt:NullAway:OnlyNullMarked=true"
          + " -XepOpt:NullAway:JSpecifyMode=true -Xep:StatementSwitchToExpressionSwitch:OFF";

  @TempDir Path work;

  @Test
  void theProductPassesAllChecks() throws Exception {
    check(OPTIONS, "src/main/java", "src/agent/java");
  }

  /// The default group checks only for certain errors: warnings take twice as long again.
  @Test
  void theTestsPassAllChecks() throws Exception {
    check(OPTIONS + (TestGroup.isSlow() ? "" : " -XepDisableAllWarnings"), "src/test/java");
  }

  private void check(String plugin, String... folders) throws Exception {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "-classpath",
                requireNonNull(System.getProperty("java.class.path")),
                "-processorpath",
                String.join(File.pathSeparator, files(CHECKS, ".jar")),
                "-proc:none",
                "-parameters",
                "-encoding",
                "UTF-8",
                "-Xlint:all,-processing,-serial,-path",
                "-Werror",
                // Links and names of parameters in Javadoc.
                "-Xdoclint:reference",
                "-XDcompilePolicy=simple",
                "--should-stop=ifError=FLOW",
                "--should-stop=ifNoError=FLOW",
                plugin));
    for (String folder : folders) {
      arguments.addAll(files(Path.of(folder), ".java"));
    }
    Path file = work.resolve("arguments");
    Files.write(file, arguments.stream().map(a -> '"' + a.replace("\\", "\\\\") + '"').toList());

    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "javac").toString());
    command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-J-Xms600m"));
    EXPORTS.forEach(name -> command.add("-J--add-exports=" + compiler(name)));
    OPENS.forEach(name -> command.add("-J--add-opens=" + compiler(name)));
    command.add("@" + file);

    Path output = work.resolve("output");
    Process javac =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(javac.waitFor(TestDeadline.scaledSeconds(600), TimeUnit.SECONDS))
          .as("javac ends")
          .isTrue();
      assertThat(Files.readString(output)).isEmpty();
      assertThat(javac.exitValue()).isZero();
    } finally {
      javac.destroyForcibly().waitFor();
    }
  }

  private static String compiler(String name) {
    return "jdk.compiler/com.sun.tools.javac." + name + "=ALL-UNNAMED";
  }

  private static List<String> files(Path folder, String extension) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.map(Path::toString).filter(name -> name.endsWith(extension)).sorted().toList();
    }
  }
}
