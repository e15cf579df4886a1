package io.jpm.agent;

import java.lang.instrument.Instrumentation;
import java.util.List;
import java.util.Map;

/// Puts everything in place before the app's main method.
public final class Entry {
  private Entry() {}

  /// Does nothing where the variables are there but the sockets are not: in a JVM that the app has
  /// started. An app in fork mode (`JPM_ALONE`) opens its ports itself, but for those that it
  /// inherits from the process whose place it takes.
  ///
  /// @throws Exception this JVM's insides are not as expected; the app is unchanged
  public static void enter(Instrumentation jvm) throws Exception {
    Map<String, String> environment = System.getenv();
    Descriptors descriptors = Descriptors.ofThisProcess();
    List<InheritedSocket> sockets = InheritedSocket.all(environment, descriptors);
    boolean channel =
        !environment.getOrDefault("JPM_CHANNEL", "").isEmpty()
            && descriptors.isSocket(Channel.DESCRIPTOR);
    boolean alone = channel && environment.containsKey("JPM_ALONE");
    if (sockets.isEmpty() && !alone) {
      return;
    }
    Jdk jdk = Jdk.open(jvm);
    Binding binding = new Binding(jdk, descriptors, sockets, alone);
    Memory memory = Memory.open();
    Draining draining = new Draining(jdk, memory, binding);
    Hooks hooks = Hooks.define(jdk.networking());
    hooks.connect(binding, draining);
    Rewriter.rewrite(jvm);
    binding.begin();
    if (channel) {
      new Channel(jdk, memory, hooks::drain, binding::settled).listen();
    }
  }
}
