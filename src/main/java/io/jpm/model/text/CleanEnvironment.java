package io.jpm.model.text;

import java.util.Map;

/// The variables that an app which runs as another user begins with instead of those of whoever
/// started it, as under systemd (`systemd.exec(5)`): the shell of root may hold secrets. HOME,
/// USER, LOGNAME and SHELL are that user's and are set where the process is made.
public final class CleanEnvironment {
  /// Where the programs of the system are.
  public static final String PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private static final String LANG = "LANG";

  private CleanEnvironment() {}

  /// PATH, and the language of whoever starts it.
  ///
  /// @param starter its variables
  public static Map<String, String> of(Map<String, String> starter) {
    String language = starter.getOrDefault(LANG, "");
    return language.isEmpty() ? Map.of("PATH", PATH) : Map.of("PATH", PATH, LANG, language);
  }
}
