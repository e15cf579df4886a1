package io.jpm.model;

import java.util.regex.Pattern;

/// The name that identifies an app, chosen by the user.
///
/// A name has 1 to 100 characters: letters, digits and `. _ - : @ + space`, beginning with a
/// letter, a digit or `_`. PM2 accepts any text. jpm rejects names that could be mistaken for
/// paths, options or control sequences.
///
/// @param value the name as the user typed it
public record AppName(String value) implements Comparable<AppName> {
  private static final Pattern ALLOWED =
      Pattern.compile("[\\p{L}\\p{N}_][\\p{L}\\p{N}._:@+ -]{0,99}");

  /// The selector for all apps. No app can have this name.
  public static final String ALL = "all";

  /// Validates the name.
  ///
  /// @throws IllegalArgumentException with a message for the user if the name is not allowed
  public AppName {
    if (!ALLOWED.matcher(value).matches() || value.endsWith(" ")) {
      throw new IllegalArgumentException(
          "app name \"%s\" is not valid: use 1 to 100 letters, digits or . _ - : @ + and inner spaces, beginning with a letter, digit or _"
              .formatted(value));
    }
    if (value.equals(ALL)) {
      throw new IllegalArgumentException(
          "app name \"all\" is reserved because it selects every app: choose another name");
    }
  }

  /// Returns the name as part of a file name: each character except letters, digits, dots and
  /// hyphens becomes `-`. This is PM2's rule, extended to letters and digits of all scripts.
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
