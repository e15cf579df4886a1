package io.jpm.config.settings;

import io.jpm.config.syntax.JsonTree;
import io.jpm.config.syntax.ParseResult;
import io.jpm.config.syntax.TextFile;
import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.Problem;
import io.jpm.config.values.Problems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads the daemon's settings from the installation's file and from the file in the home, which
/// takes precedence.
public final class SettingsReader {
  private final Map<SettingKey, Object> values;
  private final Map<SettingKey, String> texts;
  private final Path file;
  private final Problems problems = new Problems();

  private SettingsReader(
      Map<SettingKey, Object> earlier, Map<SettingKey, String> texts, Path file) {
    this.values = new EnumMap<>(earlier);
    this.texts = new EnumMap<>(texts);
    this.file = file;
  }

  /// Reads both files and reports the mistakes in both.
  ///
  /// @param defaultsFile the installation's `conf/jpm.json`; it is a problem if this file does not
  ///   exist
  /// @param homeFile `jpm.json` in the home, whose values take precedence; need not exist
  public static SettingsOutcome read(Path defaultsFile, Path homeFile) {
    SettingsReader installation =
        new SettingsReader(SettingKey.defaults(), new EnumMap<>(SettingKey.class), defaultsFile);
    installation.read(true);
    SettingsReader home = new SettingsReader(installation.values, installation.texts, homeFile);
    home.read(false);
    List<Problem> problems = new ArrayList<>(installation.problems.problems());
    problems.addAll(home.problems.problems());
    return new SettingsOutcome(Settings.of(home.values), home.values, home.texts, problems);
  }

  private void read(boolean needed) {
    switch (TextFile.read(file)) {
      case TextFile.Outcome.Read read -> text(read.text());
      case TextFile.Outcome.Refused refused ->
          problems.problem(0, file.toString(), refused.message());
      case TextFile.Outcome.Absent _ -> {
        if (needed) {
          problems.problem(
              0, file.toString(), "does not exist, although it is part of jpm: reinstall jpm");
        }
      }
    }
  }

  private void text(String text) {
    switch (JsonTree.parse(text)) {
      case ParseResult.Broken broken ->
          problems.problem(broken.line(), broken.where(file.toString()), broken.what());
      case ParseResult.Read read -> {
        for (ConfigNode.Member member : read.repeated()) {
          String key = new ConfigNode.Text(0, member.key()).displayText();
          refuse(member.line(), "", "duplicate key " + key + ": keep only one");
        }
        groups(read.root());
      }
    }
  }

  private void groups(ConfigNode root) {
    if (!(root instanceof ConfigNode.Obj object)) {
      refuse(
          root.line(),
          "",
          root.displayText() + " is not an object: use {\"logs\": {\"keep\": 20}}");
      return;
    }
    for (ConfigNode.Member member : object.members()) {
      if (!SettingKey.groups().contains(member.key())) {
        refuse(member.line(), "", AttributeReader.unknown(member.key(), SettingKey.groups()));
      } else if (member.value() instanceof ConfigNode.Obj group) {
        group.members().forEach(setting -> setting(member.key(), setting));
      } else {
        String shown = member.value().displayText();
        refuse(member.line(), member.key(), shown + " is not an object: use {\"NAME\": VALUE}");
      }
    }
  }

  private void setting(String group, ConfigNode.Member member) {
    String nested = group + "." + member.key();
    if (SettingKey.groups().contains(nested) && member.value() instanceof ConfigNode.Obj object) {
      object.members().forEach(setting -> setting(nested, setting));
      return;
    }
    Optional<SettingKey> known = SettingKey.named(group + "." + member.key());
    if (known.isEmpty()) {
      List<String> names =
          Arrays.stream(SettingKey.values())
              .filter(key -> key.group().equals(group))
              .map(SettingKey::nameInGroup)
              .toList();
      refuse(member.line(), group, AttributeReader.unknown(member.key(), names));
      return;
    }
    SettingKey key = known.get();
    key.read(member.value())
        .ifPresentOrElse(
            value -> {
              values.put(key, value);
              texts.put(
                  key, ConfigNode.scalarText(member.value()).orElse(member.value().displayText()));
            },
            () -> refuse(member.value().line(), key.key(), wrong(key, member.value())));
  }

  private static String wrong(SettingKey key, ConfigNode value) {
    return value.displayText() + " is not valid: use " + key.form();
  }

  private void refuse(int line, String path, String what) {
    problems.problem(line, file + ":" + line + (path.isEmpty() ? "" : ": " + path), what);
  }
}
