package io.jpm.daemon;

import org.jspecify.annotations.Nullable;

/// The version of this build.
final class Version {
  /// As in the jar's manifest; `dev` where classes run outside a jar.
  static final String TEXT = text(Version.class.getPackage().getImplementationVersion());

  private Version() {}

  private static String text(@Nullable String fromManifest) {
    return fromManifest == null ? "dev" : fromManifest;
  }
}
