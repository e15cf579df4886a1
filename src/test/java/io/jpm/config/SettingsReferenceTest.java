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

/// `docs/settings.md` is made of the catalogue: this test compares them, and with
/// `-Djpm.golden.write=true` it writes the page.
class SettingsReferenceTest {
  private static final Path PAGE = Path.of("docs/settings.md");

  private static final String HEAD =
      """
      # The daemon's settings

      `$JPM_HOME/jpm.json` says what is to be otherwise than [conf/jpm.json](../conf/jpm.json), which lists every setting
      with its default. It is JSON5, with the groups as objects:

      ```json
      {
        "logs": {"max_size": "20M"}, // comments are allowed
        "bridge": {"port": 9000}
      }
      ```

      Both files are looked at once a second. An edit counts when they have stood still for a second. The last column says
      when it holds:

      - *at once*: the running daemon goes by it. What stands in `defaults` is for apps that say nothing themselves, and
        becomes theirs when their description is read: by the next `start`, `plan`, `apply` or edit of a watched process file.
      - *next start*: the next daemon goes by it. `jpm update` makes one; apps do not notice. `jpm doctor` names what waits.

      One line in `jpm.log` names each changed setting:
      `settings edited: bridge.port 0 -> 9000: at the next start of the daemon (jpm update); logs.max_size 50M -> 20M: in force`.
      Subscribers of `jpm.settings` on the bridge get the same:

      ```json
      {"v":1,"changes":[{"key":"logs.max_size","from":"50M","to":"20M","in_force":true}],"problems":[]}
      ```

      A misspelt key or a wrong value changes nothing of what the daemon goes by; `jpm.log` has file, line and what would be
      right, `jpm.settings` has all mistakes in `problems`. Only at its start the daemon refuses settings with a mistake.
      """;

  @Test
  void thePageIsWhatTheCatalogueSays() throws IOException {
    String page = page();
    if (Boolean.getBoolean("jpm.golden.write")) {
      Files.writeString(PAGE, page);
    }
    assertThat(Files.readString(PAGE)).isEqualTo(page);
  }

  @Test
  void eachEffectHasSettings() {
    assertThat(SettingKey.values()).extracting(SettingKey::effect).contains(Effect.values());
  }

  private static String page() {
    StringBuilder page = new StringBuilder(HEAD);
    for (String group : SettingKey.groups()) {
      page.append(
          "\n## `%s`\n\n| setting | what it says | value | default | an edit holds |\n|---|---|---|---|---|\n"
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
            key.effect().shown());
  }
}
