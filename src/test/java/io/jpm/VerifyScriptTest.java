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

/// `bin/verify` on machines that lack programs. `apt-get` is a script that prints its arguments.
@Timeout(60)
class VerifyScriptTest {
  private static final Path SCRIPT = Path.of("bin/verify").toAbsolutePath();
  private static final String LIBSECCOMP = "libseccomp.so.2";
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
          "ps",
          "script",
          "systemd-analyze",
          "tmux",
          "chromium");

  @TempDir Path bin;
  @TempDir Path lib;

  private void writeProgram(String name, String text) throws IOException {
    Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + text + "\n");
    assertThat(file.toFile().setExecutable(true)).isTrue();
  }

  private String verify(List<String> programs, String... arguments) throws Exception {
    for (String name : List.of("bash", "dirname", "sort")) {
      Files.createSymbolicLink(bin.resolve(name), Path.of("/usr/bin", name));
    }
    for (String name : programs) {
      writeProgram(name, "echo " + name + " \"$@\"");
    }
    writeProgram("apt-get", "echo apt-get \"$@\"");
    writeProgram("id", "echo 0");
    Files.createFile(Files.createDirectory(lib.resolve("aarch64-linux-gnu")).resolve(LIBSECCOMP));
    List<String> command = new ArrayList<>(List.of(SCRIPT.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    Map<String, String> here =
        Map.of("PATH", bin.toString(), "JAVA_HOME", "/opt/jdk", "VERIFY_LIB", lib.toString());
    builder.environment().putAll(here);
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }

  private void installJdk(String version) throws Exception {
    Path home = Files.createDirectories(lib.resolve("jvm/java-" + version));
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"Debian\"\nJAVA_VERSION=\"%s\"\n".formatted(version));
  }

  private static List<String> allProgramsBut(String... but) {
    return PROGRAMS.stream().filter(name -> !List.of(but).contains(name)).toList();
  }

  @Test
  void nothingIsPrintedIfNothingIsMissing() throws Exception {
    installJdk("17.0.15");
    assertThat(verify(allProgramsBut(), "--missing")).isEmpty();
  }

  @Test
  void missingProgramsAreNamedInOneLine() throws Exception {
    installJdk("25.0.3");
    installJdk("11.0.1");
    assertThat(verify(allProgramsBut("fish", "chromium"), "--missing"))
        .isEqualTo(
            "Missing here: fish chromium second-jdk. Tests that need them are skipped; bin/verify"
                + " installs them.\n");
  }

  @Test
  void missingProgramsAreInstalledBeforeTheTestsRun() throws Exception {
    assertThat(verify(allProgramsBut("groff", "chromium"), "-o"))
        .contains("apt-get update -q\n")
        .contains(
            "--no-install-recommends groff-base chromium fonts-dejavu-core default-jre-headless\n")
        .endsWith("mvn -B -ntp verify -o\n");
  }

  @Test
  void nothingIsInstalledIfNothingIsMissing() throws Exception {
    installJdk("21");
    assertThat(verify(allProgramsBut(), "-q")).isEqualTo("mvn -B -ntp verify -q\n");
  }

  @Test
  void summaryCountsSkippedTestsAndNamesWhatToInstall() throws Exception {
    Path notes =
        Files.writeString(
            lib.resolve("notes"),
            """
            node\tWebIT.one
            groff\tPageTest.one
            node\tWebIT.two
            groff\tPageTest.one
            node in /usr/bin\tWebIT.one
            the right to mount\tHomeIT.one
            """);
    assertThat(verify(allProgramsBut(), "--summary", notes.toString()))
        .isEqualTo(
            "Not tested here: 1 test needs groff (install groff-base), 2 tests need node (install"
                + " nodejs), 1 test needs node in /usr/bin (install nodejs), 1 test needs the right"
                + " to mount.\n");
  }

  @Test
  void summaryIsEmptyIfAllTestsRan() throws Exception {
    assertThat(verify(allProgramsBut(), "--summary", lib.resolve("none").toString())).isEmpty();
  }
}
