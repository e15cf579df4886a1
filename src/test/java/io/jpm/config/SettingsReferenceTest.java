package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.settings.SettingKey;
import io.jpm.config.settings.SettingKey.Effect;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Compares `docs/settings.md` with the catalogue of settings. With `-Djpm.golden.write=true` it
/// writes the page.
class SettingsReferenceTest {
  private static final Path PAGE = Path.of("docs/settings.md");

  private static final String HEAD =
      """
      # The daemon's settings

      `$JPM_HOME/jpm.json` overrides settings of the daemon. [conf/jpm.json](../conf/jpm.json) lists all settings with their
      defaults. The file is JSON5; each group of settings is an object:

      ```json
      {
        "logs": {"max_size": "20M"}, // comments are allowed
        "bridge": {"port": 9000}
      }
      ```

      The daemon checks both files once a second. It applies an edit when the files have not changed for a second. The last
      column of the tables below states when an edit takes effect:

      - *at once*: in the running daemon. The settings in `defaults` apply to apps that do not set the attribute themselves. An
        app receives them when its process file is next read: by `start`, `plan` or `apply`, or after an edit of a watched file.
      - *next start*: in the next daemon. `jpm update` replaces the daemon without affecting apps. `jpm doctor` lists the edits
        that are pending.

      The daemon logs all changed settings in one line of `jpm.log`:
      `settings edited: bridge.port 0 -> 9000: takes effect at the next start of the daemon (run jpm update); logs.max_size 50M -> 20M: in effect`.
      Subscribers of `jpm.settings` on the bridge receive the same information:

      ```json
      {"v":1,"changes":[{"key":"logs.max_size","from":"50M","to":"20M","in_force":true}],"problems":[]}
      ```

      If an edit contains a misspelled key or an invalid value, the running daemon keeps its settings. It reports the file, the
      line and the expected value in `jpm.log`, and all mistakes in `problems` of `jpm.settings`. At its start, however, a daemon
      refuses to run with invalid settings.
      """;

  @Test
  void pageEqualsTheTextGeneratedFromTheCatalogue() throws IOException {
    String page = page();
    if (Boolean.getBoolean("jpm.golden.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  @Test
  void everyEffectIsUsedByASetting() {
    assertThat(SettingKey.values()).extracting(SettingKey::effect).contains(Effect.values());
  }

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    for (String group : SettingKey.groups()) {
      page.append(
          "\n## `%s`\n\n| setting | meaning | value | default | an edit takes effect |\n|---|---|---|---|---|\n"
              .formatted(group));
      page.append(
          Arrays.stream(SettingKey.values())
              .filter(key -> key.group().equals(group))
              .map(SettingsReferenceTest::row)
              .collect(Collectors.joining()));
    }
    return page.toString();
  }

  private static String row(SettingKey key) {
    return "| `%s` | %s | %s | `%s` | %s |\n"
        .formatted(
            key.nameInGroup(),
            key.doc().substring(0, 1).toUpperCase(Locale.ROOT) + key.doc().substring(1),
            key.form(),
            key.defaultText(),
            key.effect().label());
  }
}
