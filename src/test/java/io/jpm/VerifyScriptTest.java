package io.jpm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `bin/verify` on machines that lack programs. `apt-get` is a script that notes how it is called.
@Timeout(60)
class VerifyScriptTest {
  private static final Path SCRIPT = Path.of("bin/verify").toAbsolutePath();
  private static final List<String> PROGRAMS =
      List.of(
          "mvn",
          "node",
          "npm",
          "git",
          "python3",
          "shellcheck",
          "flock",
          "setpriv",
          "curl",
          "zsh",
          "fish",
          "groff",
          "tmux",
          "chromium");

  @TempDir Path bin;

  private void program(String name, String text) throws IOException {
    Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + text + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private String verify(List<String> programs, String... arguments) throws Exception {
    for (String name : List.of("bash", "dirname")) {
      Files.createSymbolicLink(bin.resolve(name), Path.of("/usr/bin", name));
    }
    for (String name : programs) {
      program(name, "echo " + name + " \"$@\"");
    }
    program("apt-get", "echo apt-get \"$@\"");
    program("id", "echo 0");
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(Map.of("PATH", bin.toString(), "JAVA_HOME", "/opt/jdk"));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private static List<String> all(String... but) {
    return PROGRAMS.stream().filter(name -> !List.of(but).contains(name)).toList();
  }

  @Test
  void whereNothingIsMissingItSaysNothing() throws Exception {
    assertThat(verify(all(), "--missing")).isEmpty();
  }

  @Test
  void whatIsMissingIsNamedInOneLine() throws Exception {
    assertThat(verify(all("fish", "chromium"), "--missing"))
        .isEqualTo("Tests will fail here for want of fish chromium: bin/verify installs them.\n");
  }

  @Test
  void whatIsMissingIsInstalledAndThenTheTestsRun() throws Exception {
    assertThat(verify(all("groff", "chromium"), "-o"))
        .contains("apt-get update -q\n")
        .contains("--no-install-recommends groff-base chromium fonts-dejavu-core\n")
        .endsWith("mvn -B -ntp verify -o\n");
  }

  @Test
  void whereNothingIsMissingNothingIsInstalled() throws Exception {
    assertThat(verify(all(), "-q")).isEqualTo("mvn -B -ntp verify -q\n");
  }
}
