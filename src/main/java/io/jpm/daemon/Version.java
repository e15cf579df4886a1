package io.jpm.daemon;

import org.jspecify.annotations.Nullable;

/// The version of this build of jpm.
final class Version {
  /// The version in the jar's manifest; `dev` if the classes are not in a jar.
  static final String TEXT = text(Version.class.getPackage().getImplementationVersion());

  private Version() {}

  private static String text(@Nullable String fromManifest) {
    return fromManifest == null ? "dev" : fromManifest;
  }
}
