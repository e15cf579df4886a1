package io.jpm.console.completion;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.console.cli.CommandFailure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class CompletionInstallationTest {
  @TempDir Path dir;

  private CompletionInstallation installationOf(CompletionShell shell) {
    return CompletionInstallation.of(
        shell, dir.resolve("it's home"), Map.of("HOME", dir.resolve("me").toString()));
  }

  @ParameterizedTest
  @EnumSource(CompletionShell.class)
  void removeDeletesTheInstalledScript(CompletionShell shell) throws IOException {
    CompletionInstallation installation = installationOf(shell);
    assertThat(installation.install().getFirst()).isEqualTo("Wrote " + installation.script());
    assertThat(installation.script())
        .content()
        .isEqualTo(CompletionScript.of(shell))
        .contains("startOrReload")
        .doesNotContain("@COMMANDS@", "@OPTIONS@");
    assertThat(installation.remove()).contains("Removed " + installation.script());
    assertThat(installation.script()).doesNotExist();
    assertThat(installation.remove())
        .containsExactly("Completion for " + shell.keyword() + " is not installed");
  }

  @Test
  void blockIsWrittenOnceAndTheRestOfTheFileIsUnchanged() throws IOException {
    CompletionInstallation installation = installationOf(CompletionShell.BASH);
    Path startup = installation.startup().orElseThrow();
    assertThat(startup).isEqualTo(dir.resolve("me/.bashrc"));
    byte[] own = "alias l=ls\n# gr\u00fc\u00dfe".getBytes(StandardCharsets.ISO_8859_1);
    Files.createDirectories(startup.getParent());
    Files.write(startup, own);
    Files.setPosixFilePermissions(startup, PosixFilePermissions.fromString("rw-------"));
    assertThat(installation.install()).contains(startup + " now loads the completion script");
    byte[] once = Files.readAllBytes(startup);
    String text = new String(once, StandardCharsets.ISO_8859_1);
    assertThat(text)
        .startsWith(new String(own, StandardCharsets.ISO_8859_1) + "\n\n# >>> jpm completion >>>\n")
        .contains("/it'\\''s home/completion.bash'\n")
        .endsWith("# <<< jpm completion <<<\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(startup)))
        .isEqualTo("rw-------");
    assertThat(installation.install()).contains(startup + " already loads the completion script");
    assertThat(Files.readAllBytes(startup)).isEqualTo(once);
    installation.remove();
    assertThat(new String(Files.readAllBytes(startup), StandardCharsets.ISO_8859_1))
        .isEqualTo(new String(own, StandardCharsets.ISO_8859_1) + "\n");
  }

  @Test
  void blockOfAnotherHomeIsReplaced() throws IOException {
    CompletionInstallation installation = installationOf(CompletionShell.ZSH);
    Path startup = installation.startup().orElseThrow();
    Files.createDirectories(startup.getParent());
    Files.writeString(
        startup, "a=1\n# >>> jpm completion >>>\n. /old\n# <<< jpm completion <<<\nb=2\n");
    installation.install();
    assertThat(Files.readString(startup)).startsWith("a=1\nb=2\n\n# >>>").doesNotContain("/old");
  }

  @Test
  void symbolicLinkIsPreserved() throws IOException {
    CompletionInstallation installation = installationOf(CompletionShell.BASH);
    Path startup = installation.startup().orElseThrow();
    Files.createDirectories(startup.getParent());
    Path kept = Files.writeString(dir.resolve("kept"), "x=1\n");
    Files.createSymbolicLink(startup, kept);
    installation.install();
    assertThat(startup).isSymbolicLink();
    assertThat(kept).content().startsWith("x=1\n").contains("completion.bash");
  }

  @Test
  void variablesOfTheUserDetermineTheDirectories() {
    Map<String, String> environment =
        Map.of("HOME", "/h", "ZDOTDIR", "/z", "XDG_CONFIG_HOME", "/c");
    assertThat(CompletionInstallation.of(CompletionShell.ZSH, dir, environment).startup())
        .contains(Path.of("/z/.zshrc"));
    assertThat(CompletionInstallation.of(CompletionShell.FISH, dir, environment).script())
        .isEqualTo(Path.of("/c/fish/completions/jpm.fish"));
    assertThatThrownBy(() -> CompletionInstallation.of(CompletionShell.BASH, dir, Map.of()))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("HOME is not set");
  }
}
