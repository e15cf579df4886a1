package io.jpm.config.deploy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Which variables are nobody's business, by their names, and what to show in their place. Names
/// are taken apart at `_`, `-`, `.` and humps (`dbPassword`); a number or a plural at the end of a
/// part does not matter.
///
/// A guess, on the safe side: a path to a key file is masked too. Known to be harmless are names in
/// which such a word means something else.
public final class Secrets {
  /// In place of a secret, however long that is.
  public static final String MASK = "******";

  /// Of any part, these make the variable a secret.
  private static final Set<String> WORDS =
      Set.of("PASS", "PWD", "KEY", "TOKEN", "AUTH", "PRIVATE", "SESSION", "DSN", "JWT", "BEARER");

  /// Wherever they stand in a part: `PGPASSWORD`, `SECRETKEY`.
  private static final List<String> ANYWHERE =
      List.of("PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "CREDENTIAL", "COOKIE");

  /// At the end of a part that is written as one word: `APIKEY`, `DBPASS`, `GITHUBTOKEN`.
  private static final Pattern RUN_TOGETHER =
      Pattern.compile(
          ".+(TOKEN|AUTH|DSN|PWD)"
              + "|(API|APP|ACCESS|ACCOUNT|ENCRYPTION|MASTER|PRIVATE|SIGNING|SSH|SSL|TLS)KEY"
              + "|(ADMIN|APP|DB|FTP|MAIL|MYSQL|PG|REDIS|ROOT|SMTP|USER)PASS"
              + "|(AUTH|PRIVATE|SESSION).*(ID|KEY|TOKEN)");

  /// Desktop and shell, by their full names.
  private static final Set<String> HARMLESS =
      Set.of(
          "PWD",
          "OLDPWD",
          "SSH_AUTH_SOCK",
          "DESKTOP_SESSION",
          "SESSION_MANAGER",
          "GNOME_DESKTOP_SESSION_ID",
          "DBUS_SESSION_BUS_ADDRESS");

  private static final Pattern HUMP =
      Pattern.compile("(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+");

  /// The lengths are bounded, so that an odd value costs no time.
  private static final String URL_USER =
      "(\\b[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\\s/?#:@,'\"]{0,256}:)";

  /// A password in a URL as it should be written: up to the first `/`, `?` or `#`.
  private static final Pattern URL_PASSWORD =
      Pattern.compile(URL_USER + "([^\\s/?#'\"]{1,2048})(?=@)");

  /// A password with such a character in it; a port is none.
  private static final Pattern ODD_URL_PASSWORD =
      Pattern.compile(URL_USER + "(?![0-9]{1,5}/)([^\\s'\"]{1,256})(?=@)");

  private static final Pattern PARAMETER =
      Pattern.compile(
          "(?i)([?&;](?:password|passwd|pwd|secret|token|access_token|api_?key)=)([^&;\\s'\"]+)");

  private Secrets() {}

  /// `value` as it may be shown.
  public static String masked(String name, String value) {
    if (value.isEmpty()) {
      return value;
    }
    if (isSecret(name) || value.contains("PRIVATE KEY-----")) {
      return MASK;
    }
    if (value.indexOf("://") < 0) {
      return value;
    }
    String shown = value;
    for (Pattern pattern : List.of(URL_PASSWORD, ODD_URL_PASSWORD, PARAMETER)) {
      shown = pattern.matcher(shown).replaceAll(Secrets::withoutPassword);
    }
    return shown;
  }

  private static String withoutPassword(MatchResult found) {
    return Matcher.quoteReplacement(found.group(1) + MASK);
  }

  /// Whether the variable's name says that its value is a secret.
  static boolean isSecret(String name) {
    String whole = name.toUpperCase(Locale.ROOT);
    if (HARMLESS.contains(whole) || whole.startsWith("XDG_SESSION_")) {
      return false;
    }
    List<String> parts =
        Arrays.stream(HUMP.split(name)).map(Secrets::singular).filter(p -> !p.isEmpty()).toList();
    for (int i = 0; i < parts.size(); i++) {
      boolean known = i > 0 && parts.get(i - 1).equals("PUBLIC") && parts.get(i).equals("KEY");
      if (!known && isSecretPart(parts.get(i))) {
        return true;
      }
    }
    return false;
  }

  private static String singular(String part) {
    String word = part.toUpperCase(Locale.ROOT).replaceAll("[0-9]+$", "");
    return word.length() > 3 && word.endsWith("S") && !word.endsWith("SS")
        ? word.substring(0, word.length() - 1)
        : word;
  }

  private static boolean isSecretPart(String part) {
    return WORDS.contains(part)
        || ANYWHERE.stream().anyMatch(part::contains)
        || RUN_TOGETHER.matcher(part).matches();
  }
}
