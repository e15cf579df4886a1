package io.jpm.god.process;

import io.jpm.god.instance.Instance;
import io.jpm.god.store.KeyValueStore;
import io.jpm.model.AppSpec;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.EnvFiles;
import io.jpm.os.ProcessHost;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/// The environment of a process that runs, for what has to do with it while it does: its checks and
/// its stop command. Secrets are not in it.
///
/// @param host tells what the process itself was given
/// @param requests what its description says
/// @param store what `jpm set` has stored
record RunningVariables(ProcessHost host, SpawnRequests requests, KeyValueStore store) {
  private static final Logger LOG = System.getLogger("jpm.god");
  private static final String PORT = "PORT";

  /// What `instance` was given when `process` began. A port that the balancer has given it is in
  /// the journal. What was in its files and stored for it then only the process itself knows; where
  /// the system does not tell, or the process is another user's, who can write there what he likes,
  /// it is what is there now. Blocking.
  Map<String, String> of(Instance instance, ProcessIdentity process) {
    AppSpec spec = instance.spec;
    Map<String, String> files = files(instance.label(), spec);
    Map<String, String> stored = store.variables(spec.name());
    AppSpec complete =
        spec.draft().variables(spec.variables().withFiles(files).withStored(stored)).build();
    Map<String, String> environment = requests.environment(instance, complete);
    Set<String> uncertain = new HashSet<>(files.keySet());
    uncertain.removeAll(spec.variables().declared().keySet());
    uncertain.addAll(stored.keySet());
    uncertain.add(PORT); // a journal of an older daemon has none
    uncertain.removeAll(spec.variables().referred().secrets().keySet());
    uncertain.forEach(
        name -> host.variable(process, name).ifPresent(value -> environment.put(name, value)));
    if (!instance.port.isEmpty()) {
      environment.put(PORT, instance.port);
    }
    return SpawnRequests.complete(spec, environment);
  }

  private Map<String, String> files(String label, AppSpec spec) {
    try {
      return EnvFiles.read(spec, host.appAccess());
    } catch (IOException unreadable) {
      LOG.log(
          Level.WARNING,
          "{0}: its checks and its stop command go without the variables of its files: {1}",
          label,
          unreadable.getMessage());
      return Map.of();
    }
  }
}
