package io.jpm.agent;

import java.lang.instrument.Instrumentation;
import java.util.List;
import java.util.Map;

/// Installs the hooks of the agent in the JDK's socket classes before the app's main method runs.
public final class AgentInstaller {
  private AgentInstaller() {}

  /// Installs the hooks. Does nothing if the sockets named in the environment variables do not
  /// exist, which means that the app, rather than jpm, has started this JVM. A process in fork mode
  /// (`JPM_ALONE`) opens its ports itself, except for those that it inherits from the process that
  /// it replaces.
  ///
  /// @throws Exception if the internals of this JVM are not as expected; the app then runs without
  ///   the hooks
  public static void install(Instrumentation jvm) throws Exception {
    Map<String, String> environment = System.getenv();
    DescriptorInspector descriptorInspector = DescriptorInspector.ofThisProcess();
    List<InheritedSocket> sockets = InheritedSocket.all(environment, descriptorInspector);
    boolean told =
        !environment.getOrDefault("JPM_CHANNEL", "").isEmpty()
            && descriptorInspector.isSocket(AgentChannel.DESCRIPTOR);
    boolean alone = told && environment.containsKey("JPM_ALONE");
    if (sockets.isEmpty() && !alone) {
      return;
    }
    JdkSockets jdkSockets = JdkSockets.open(jvm);
    UnsafeMemory unsafeMemory = UnsafeMemory.open();
    AgentChannel agentChannel = new AgentChannel(jdkSockets, unsafeMemory);
    ProbedListeners probedListeners =
        new ProbedListeners(
            jdkSockets,
            agentChannel,
            descriptorInspector,
            told ? environment.getOrDefault("JPM_PROBED", "") : "",
            alone);
    SharedSocketBinder sharedSocketBinder =
        new SharedSocketBinder(jdkSockets, descriptorInspector, sockets, probedListeners, alone);
    DrainInterceptor drainInterceptor =
        new DrainInterceptor(jdkSockets, unsafeMemory, sharedSocketBinder, probedListeners);
    SocketHooks socketHooks = SocketHooks.define(jdkSockets.networking());
    socketHooks.connect(sharedSocketBinder, drainInterceptor, probedListeners);
    SocketClassTransformer.rewrite(jvm);
    sharedSocketBinder.enable();
    if (!alone) {
      // In fork mode, a program keeps its native transport.
      NativeTransportDisabler.install(jvm, told ? probedListeners::transportReplaced : () -> {});
    }
    if (told) {
      agentChannel.listen(
          orders(drainInterceptor, socketHooks, probedListeners, sharedSocketBinder));
    }
  }

  private static AgentCommandParser orders(
      DrainInterceptor drainInterceptor,
      SocketHooks socketHooks,
      ProbedListeners probedListeners,
      SharedSocketBinder sharedSocketBinder) {
    Runnable drain =
        () -> {
          drainInterceptor.start();
          socketHooks.drain();
        };
    return new AgentCommandParser(
        Map.of(
            AgentCommandParser.DRAIN,
            drain,
            AgentCommandParser.ACCEPT,
            () -> probedListeners.acceptClients(true),
            AgentCommandParser.PAUSE,
            () -> probedListeners.acceptClients(false),
            AgentCommandParser.SERVERS,
            probedListeners::report,
            AgentCommandParser.SETTLED,
            sharedSocketBinder::closeUnused));
  }
}
