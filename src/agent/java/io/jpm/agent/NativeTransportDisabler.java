package io.jpm.agent;

import java.lang.instrument.ClassFileTransformer;
import java.lang.instrument.Instrumentation;
import java.security.ProtectionDomain;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/// Makes Netty report that it has no native transport (epoll, io_uring), even if Netty was
/// relocated to another package. Servers that do not require a native transport then listen through
/// Java's sockets, which can be shared. A server that requires one (`Epoll.ensureAvailability`)
/// still uses it.
///
/// @param onFallback called when a server may have fallen back to Java's sockets
record NativeTransportDisabler(Runnable onFallback) implements ClassFileTransformer {
  private static final Pattern TYPE =
      Pattern.compile("(?:.*/)?netty/.*channel/(?:epoll/Epoll|uring/I[Oo]Uring)");

  private static final String PROPERTY = "netty.transport.noNative";
  private static final String CAUSE =
      "jpm shares the port through Java's sockets: set -Dio.netty.transport.noNative=false to use Netty's native transport instead";

  /// Installs the transformer, unless the user has set Netty's property `netty.transport.noNative`.
  static void install(Instrumentation jvm, Runnable met) {
    Set<String> properties = System.getProperties().stringPropertyNames();
    if (properties.stream().noneMatch(it -> it.endsWith(PROPERTY))) {
      jvm.addTransformer(new NativeTransportDisabler(met));
    }
  }

  @Override
  public byte @Nullable [] transform(
      @Nullable ClassLoader loader,
      @Nullable String name,
      @Nullable Class<?> type,
      @Nullable ProtectionDomain domain,
      byte[] before) {
    boolean similar = name != null && (name.endsWith("ring") || name.endsWith("/Epoll"));
    if (loader == null || name == null || !similar || !TYPE.matcher(name).matches()) {
      return null;
    }
    try {
      ClassReader reader = new ClassReader(before);
      ClassWriter writer = new ClassWriter(reader, 0);
      reader.accept(new Unavailable(writer), 0);
      onFallback.run();
      return writer.toByteArray();
    } catch (RuntimeException unknown) {
      return null; // unchanged; the daemon detects a server that bypasses the sockets
    }
  }

  private static final class Unavailable extends ClassVisitor {
    Unavailable(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public @Nullable MethodVisitor visitMethod(
        int access,
        String name,
        String descriptor,
        @Nullable String signature,
        String @Nullable [] exceptions) {
      MethodVisitor code = super.visitMethod(access, name, descriptor, signature, exceptions);
      if (name.equals("isAvailable") && descriptor.equals("()Z")) {
        code.visitCode();
        code.visitInsn(Opcodes.ICONST_0);
        code.visitInsn(Opcodes.IRETURN);
        code.visitMaxs(1, 0);
        code.visitEnd();
        return null;
      }
      if (name.equals("unavailabilityCause") && descriptor.equals("()Ljava/lang/Throwable;")) {
        String cause = "java/lang/UnsupportedOperationException";
        code.visitCode();
        code.visitTypeInsn(Opcodes.NEW, cause);
        code.visitInsn(Opcodes.DUP);
        code.visitLdcInsn(CAUSE);
        code.visitMethodInsn(
            Opcodes.INVOKESPECIAL, cause, "<init>", "(Ljava/lang/String;)V", false);
        code.visitInsn(Opcodes.ARETURN);
        code.visitMaxs(3, 0);
        code.visitEnd();
        return null;
      }
      return code;
    }
  }
}
