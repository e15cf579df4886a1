package io.jpm.god.process;

import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.store.KeyValueStore;
import io.jpm.model.AppSpec;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.EnvFileReader;
import io.jpm.os.ProcessHost;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// Determines the environment of a running process, for its probes and its stop command. Secrets
/// are not included.
///
/// @param host reads the variables with which a process was started
/// @param requests creates the environment for the current spec
/// @param store the values set with `jpm set`
record RunningVariables(ProcessHost host, SpawnRequests requests, KeyValueStore store) {
  private static final Logger LOG = System.getLogger("jpm.god");
  private static final String PORT = "PORT";

  /// Returns the variables with which `process` was started.
  ///
  /// - A port that the balancer assigned is known from the journal.
  /// - The values from env files and `jpm set` at that time are known only from the process itself.
  /// - If the system does not provide these, or the process belongs to another user, who could
  ///   forge them, the current values are used.
  ///
  /// Blocking.
  Map<String, String> read(SupervisedInstance supervisedInstance, ProcessIdentity process) {
    AppSpec spec = supervisedInstance.spec;
    Map<String, String> files = files(supervisedInstance.label(), spec);
    Map<String, String> stored = store.variables(spec.name());
    AppSpec complete =
        spec.toBuilder().variables(spec.variables().withFiles(files).withStored(stored)).build();
    Map<String, String> environment = requests.environment(supervisedInstance, complete);
    Set<String> uncertain = new HashSet<>(files.keySet());
    uncertain.removeAll(spec.variables().declared().keySet());
    uncertain.addAll(stored.keySet());
    uncertain.add(PORT); // missing in the journal of an older version
    uncertain.removeAll(spec.variables().referred().secrets().keySet());
    uncertain.forEach(name ->
        host.environmentVariable(process, name).ifPresent(value -> environment.put(name, value)));
    if (!supervisedInstance.port.isEmpty()) {
      environment.put(PORT, supervisedInstance.port);
    }
    return SpawnRequests.expandTemplates(spec, environment);
  }

  private Map<String, String> files(String label, AppSpec spec) {
    try {
      return EnvFileReader.read(spec, host.appAccess());
    } catch (IOException unreadable) {
      LOG.log(
          Level.WARNING,
          "{0}: its env files cannot be read ({1}), so its probes and its stop command run without their variables",
          label,
          unreadable.getMessage());
      return Map.of();
    }
  }
}
