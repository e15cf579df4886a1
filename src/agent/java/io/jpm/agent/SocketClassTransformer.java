package io.jpm.agent;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/// Changes the bytecode of the JDK's socket classes. Server sockets call [SocketHooks] instead of
/// `Net.bind`, `Net.accept`, some other methods of `Net` and `IOUtil.configureBlocking`, and also
/// before they close a descriptor. The class that reads and writes calls [SocketHooks] while the
/// process drains. Client sockets, datagram sockets and files are not changed.
final class SocketClassTransformer implements ClassFileTransformer {
  /// The minimum number of changes in each class. Fewer changes indicate an unknown JDK version.
  private static final Map<String, Integer> PLACES =
      Map.of(
          "sun/nio/ch/ServerSocketChannelImpl", 9,
          "sun/nio/ch/NioSocketImpl", 7,
          "sun/nio/ch/AsynchronousServerSocketChannelImpl", 5,
          "sun/nio/ch/UnixAsynchronousServerSocketChannelImpl", 2,
          "sun/nio/ch/SocketDispatcher", 4);

  private final Map<String, Integer> changed = new TreeMap<>();
  private final List<Throwable> failures = new ArrayList<>();

  private SocketClassTransformer() {}

  /// Changes the classes.
  ///
  /// @throws Exception if the classes are not as expected. In that case, classes that were already
  ///   changed behave as before
  static void rewrite(Instrumentation jvm) throws Exception {
    List<Class<?>> types = new ArrayList<>();
    for (String name : PLACES.keySet()) {
      types.add(Class.forName(name.replace('/', '.'), false, null));
    }
    SocketClassTransformer socketClassTransformer = new SocketClassTransformer();
    jvm.addTransformer(socketClassTransformer, true);
    try {
      jvm.retransformClasses(types.toArray(Class<?>[]::new));
    } finally {
      jvm.removeTransformer(socketClassTransformer);
    }
    socketClassTransformer.check();
  }

  private void check() {
    for (Map.Entry<String, Integer> place : PLACES.entrySet()) {
      if (changed.getOrDefault(place.getKey(), 0) < place.getValue()) {
        IllegalStateException error =
            new IllegalStateException(
                "unexpected code in the JDK class " + place.getKey().replace('/', '.'));
        failures.forEach(error::addSuppressed);
        throw error;
      }
    }
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      @Nullable String name,
      @Nullable Class<?> type,
      @Nullable ProtectionDomain domain,
      byte[] before) {
    if (loader != null || name == null || !PLACES.containsKey(name)) {
      return null;
    }
    try {
      ClassReader reader = new ClassReader(before);
      ClassWriter writer = new ClassWriter(reader, ClassWriter.COMPUTE_MAXS);
      reader.accept(new Changes(name, writer), 0);
      return writer.toByteArray();
    } catch (RuntimeException error) {
      failures.add(error); // the JVM does not report it
      return null;
    }
  }

  private final class Changes extends ClassVisitor {
    private final String type;

    Changes(String type, ClassVisitor next) {
      super(Opcodes.ASM9, next);
      this.type = type;
    }

    @Override
    public MethodVisitor visitMethod(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
      if (!type.endsWith("Dispatcher")) {
        return new CallRedirectVisitor(type, next, this::count);
      }
      return TransferRedirectVisitor.isTransfer(access, name, descriptor)
          ? new TransferRedirectVisitor(name, descriptor, next, this::count)
          : next;
    }

    private void count() {
      changed.merge(type, 1, Integer::sum);
    }
  }
}
