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

      `$JPM_HOME/jpm.json` contains the settings that differ from [conf/jpm.json](../conf/jpm.json), which lists every setting
      with its default. The file is JSON5, with the groups as objects:

      ```json
      {
        "logs": {"max_size": "20M"}, // comments are allowed
        "bridge": {"port": 9000}
      }
      ```

      The daemon checks both files once a second. It applies an edit when the files have not changed for a second. The last
      column states when an edit takes effect:

      - *at once*: in the running daemon. The settings in `defaults` are for apps that do not set the attribute themselves. An app
        receives them when its process file is read: by the next `start`, `plan`, `apply` or edit of a watched process file.
      - *next start*: in the next daemon. `jpm update` starts one without any effect on apps. `jpm doctor` lists the edits that
        are pending.

      One line in `jpm.log` names all changed settings:
      `settings edited: bridge.port 0 -> 9000: at the next start of the daemon (jpm update); logs.max_size 50M -> 20M: in force`.
      Subscribers of `jpm.settings` on the bridge receive the same information:

      ```json
      {"v":1,"changes":[{"key":"logs.max_size","from":"50M","to":"20M","in_force":true}],"problems":[]}
      ```

      An edit with a misspelled key or an invalid value does not change the settings of the running daemon. `jpm.log` then
      contains the file, the line and the expected value, and `problems` in `jpm.settings` contains all mistakes. A daemon that
      starts, however, refuses settings with a mistake.
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
