package io.jpm.balancer;

import io.jpm.model.AppSpec;
import io.jpm.model.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Optional;

/// The properties of the system and of an app on which [ModeSelector] bases its selection.
///
/// @param sockets whether the system lets processes share sockets
/// @param preload the path of Node's preload script if the app cannot read it; otherwise empty
/// @param agent the path of the agent's jar if the app cannot read it; otherwise empty
/// @param java the reason why the app's JVM cannot start with the agent; empty if there is none
record SystemSupport(
    boolean sockets, Optional<Path> preload, Optional<Path> agent, Optional<String> java) {
  /// Determines the properties. Reads the disk.
  static SystemSupport of(AppSpec spec, BalancerContext balancer) {
    return new SystemSupport(
        balancer.host().listenSockets().isPresent(),
        Optional.of(balancer.nodePreload()).filter(file -> !readable(file, spec)),
        Optional.of(balancer.agent()).filter(file -> !readable(file, spec)),
        AgentCompatibility.conflict(spec));
  }

  private static boolean readable(Path file, AppSpec spec) {
    if (!Files.isReadable(file) || isHidden(file, spec.runAs().sandbox())) {
      return false;
    }
    return spec.runAs().user().isEmpty() || openToAll(file);
  }

  private static boolean isHidden(Path file, Sandbox sandbox) {
    try {
      return sandbox.privateTmp() && sandbox.hides(file.toRealPath());
    } catch (IOException unreadable) {
      return true;
    }
  }

  /// Reports whether all users can read the file. The groups of the app's user are not taken into
  /// account, because installations are readable by all users.
  private static boolean openToAll(Path file) {
    try {
      Path real = file.toRealPath();
      if (!allowed(real, PosixFilePermission.OTHERS_READ)) {
        return false;
      }
      for (Path folder = real.getParent(); folder != null; folder = folder.getParent()) {
        if (!allowed(folder, PosixFilePermission.OTHERS_EXECUTE)) {
          return false;
        }
      }
      return true;
    } catch (IOException unreadable) {
      return false;
    } catch (UnsupportedOperationException noSuchRights) {
      return true;
    }
  }

  private static boolean allowed(Path path, PosixFilePermission permission) throws IOException {
    return Files.readAttributes(path, PosixFileAttributes.class).permissions().contains(permission);
  }
}
