package io.jpm.config.deploy;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Masks the values of variables whose names suggest a secret. Names are split into parts at `_`,
/// `-`, `.` and before capital letters (`dbPassword`). Trailing digits and a plural `s` of a part
/// are ignored.
///
/// In case of doubt, a value is masked, even if it is only the path of a key file. Exceptions are
/// names in which a keyword is known to have another meaning.
public final class Secrets {
  /// The replacement for every secret, regardless of its length.
  public static final String MASK = "******";

  /// Words that mark a variable as secret if a part of its name is equal to one of them.
  private static final Set<String> WORDS =
      Set.of("PASS", "PWD", "KEY", "TOKEN", "AUTH", "PRIVATE", "SESSION", "DSN", "JWT", "BEARER");

  /// Words that mark a variable as secret if a part of its name contains one of them: `PGPASSWORD`,
  /// `SECRETKEY`.
  private static final List<String> ANYWHERE =
      List.of("PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "CREDENTIAL", "COOKIE");

  /// Matches compounds without separators that mark a variable as secret: `APIKEY`, `DBPASS`,
  /// `GITHUBTOKEN`.
  private static final Pattern RUN_TOGETHER =
      Pattern.compile(
          ".+(TOKEN|AUTH|DSN|PWD)"
              + "|(API|APP|ACCESS|ACCOUNT|ENCRYPTION|MASTER|PRIVATE|SIGNING|SSH|SSL|TLS)KEY"
              + "|(ADMIN|APP|DB|FTP|MAIL|MYSQL|PG|REDIS|ROOT|SMTP|USER)PASS"
              + "|(AUTH|PRIVATE|SESSION).*(ID|KEY|TOKEN)");

  /// The full names of desktop and shell variables that are not secret.
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

  /// The part of a URL before the password. Its repetitions are bounded to limit the matching time
  /// for unusual values.
  private static final String URL_USER =
      "(\\b[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\\s/?#:@,'\"]{0,256}:)";

  /// Matches a correctly encoded password in a URL, which ends before the first `/`, `?` or `#`.
  private static final Pattern URL_PASSWORD =
      Pattern.compile(URL_USER + "([^\\s/?#'\"]{1,2048})(?=@)");

  /// Matches a URL password that contains an unencoded `/`, `?` or `#`. A port is not mistaken for
  /// a password.
  private static final Pattern ODD_URL_PASSWORD =
      Pattern.compile(URL_USER + "(?![0-9]{1,5}/)([^\\s'\"]{1,256})(?=@)");

  private static final Pattern PARAMETER =
      Pattern.compile(
          "(?i)([?&;](?:password|passwd|pwd|secret|token|access_token|api_?key)=)([^&;\\s'\"]+)");

  private Secrets() {}

  /// Returns `value` with its secret parts masked.
  public static String mask(String name, String value) {
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

  /// Reports whether the variable's name suggests that its value is a secret.
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
