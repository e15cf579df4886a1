package io.jpm.model;

import java.util.regex.Pattern;

/// The name a person gives an app; the same name is the same app.
///
/// 1 to 100 characters: letters, digits and `. _ - : @ + space`, beginning with a letter, a digit
/// or `_`. PM2 takes any text; a name that is a path, an option or a control sequence only ever
/// hurt its users, so it is refused here, at the door.
///
/// @param value the name as typed
public record AppName(String value) implements Comparable<AppName> {
  private static final Pattern ALLOWED =
      Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{N}._:@+ -]{0,99}");

  /// What a selector means by every app, and therefore no app's name.
  public static final String ALL = "all";

  /// @throws IllegalArgumentException with a sentence for the user when the name is not allowed
  public AppName {
    if (!ALLOWED.matcher(value).matches() || value.endsWith(" ")) {
      throw new IllegalArgumentException(
          "app name \"%s\": use 1 to 100 letters, digits or . _ - : @ + and inner spaces, beginning with a letter, digit or _"
              .formatted(value));
    }
    if (value.equals(ALL)) {
      throw new IllegalArgumentException(
          "app name \"all\": taken, it means every app; choose another --name");
    }
  }

  /// The name as part of a file name: what is not a letter, digit, dot or hyphen becomes `-`. PM2's
  /// rule, but for letters and digits of other scripts, which stay.
  public String fileStem() {
    return value.replaceAll("[^\\p{L}\\p{N}.-]", "-");
  }

  @Override
  public int compareTo(AppName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
