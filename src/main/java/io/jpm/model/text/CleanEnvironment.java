package io.jpm.model.text;

import java.util.Map;

/// The initial environment of an app that runs as another user. As under systemd
/// (`systemd.exec(5)`), it replaces the environment of the user who starts the app, because the
/// shell of root may contain secrets. HOME, USER, LOGNAME and SHELL describe the other user and are
/// set when the process is created.
public final class CleanEnvironment {
  /// The default search path: the directories of the system's programs.
  public static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final String LANG = "LANG";

  private CleanEnvironment() {}

  /// Returns the default PATH, and LANG if the user who starts the app has set it.
  ///
  /// @param starter the variables of that user
  public static Map<String, String> of(Map<String, String> starter) {
    String language = starter.getOrDefault(LANG, "");
    return language.isEmpty() ? Map.of("PATH", PATH) : Map.of("PATH", PATH, LANG, language);
  }
}
