package io.jpm.agent;

import static java.lang.invoke.MethodType.methodType;

import java.io.FileDescriptor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/// The class that the JDK's socket classes call instead: `sun.nio.ch.JpmHooks`, beside them, since
/// they can see no class of ours. Each of its static methods calls a method handle, which leads to
/// [Binding] or [Draining]; and it has the switch by which nothing but one look at it is done until
/// the process drains.
final class Hooks {
  /// The class, as class files name it.
  static final String NAME = "sun/nio/ch/JpmHooks";

  /// The switch.
  static final String DRAINING = "draining";

  private static final String HANDLE = Type.getDescriptor(MethodHandle.class);
  private static final MethodType BIND =
      methodType(
          void.class, ProtocolFamily.class, FileDescriptor.class, InetAddress.class, int.class);
  private static final MethodType BIND_SERVER =
      methodType(void.class, FileDescriptor.class, InetAddress.class, int.class, boolean.class);
  private static final MethodType BLOCKING =
      methodType(void.class, FileDescriptor.class, boolean.class);
  private static final MethodType ACCEPT =
      methodType(int.class, FileDescriptor.class, FileDescriptor.class, InetSocketAddress[].class);
  private static final MethodType TRANSFER =
      methodType(int.class, FileDescriptor.class, long.class, int.class);
  private static final MethodType TRANSFER_VECTOR =
      methodType(long.class, FileDescriptor.class, long.class, int.class);

  private final MethodHandles.Lookup inside;

  private Hooks(MethodHandles.Lookup inside) {
    this.inside = inside;
  }

  /// Makes the class. Nobody calls it yet.
  ///
  /// @param networking access to its package
  static Hooks define(MethodHandles.Lookup networking) throws ReflectiveOperationException {
    ClassWriter type = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    type.visit(
        Opcodes.V17, Opcodes.ACC_FINAL | Opcodes.ACC_SUPER, NAME, null, "java/lang/Object", null);
    type.visitField(Opcodes.ACC_STATIC | Opcodes.ACC_VOLATILE, DRAINING, "Z", null, null);
    method(type, "bind", BIND);
    method(type, "bindServer", BIND_SERVER);
    method(type, "configureBlocking", BLOCKING);
    method(type, "accept", ACCEPT);
    method(type, "read", TRANSFER);
    method(type, "readv", TRANSFER_VECTOR);
    method(type, "write", TRANSFER);
    method(type, "writev", TRANSFER_VECTOR);
    type.visitEnd();
    Class<?> hooks = networking.defineClass(type.toByteArray());
    return new Hooks(MethodHandles.privateLookupIn(hooks, MethodHandles.lookup()));
  }

  /// A static method and the field of the handle that it calls.
  private static void method(ClassWriter type, String name, MethodType method) {
    String descriptor = method.toMethodDescriptorString();
    type.visitField(Opcodes.ACC_STATIC, name, HANDLE, null, null);
    MethodVisitor code = type.visitMethod(Opcodes.ACC_STATIC, name, descriptor, null, null);
    code.visitCode();
    if (name.equals("accept")) {
      acceptUnlessDraining(code, descriptor);
    }
    code.visitFieldInsn(Opcodes.GETSTATIC, NAME, name, HANDLE);
    arguments(code, descriptor);
    code.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL, "java/lang/invoke/MethodHandle", "invokeExact", descriptor, false);
    code.visitInsn(Type.getReturnType(descriptor).getOpcode(Opcodes.IRETURN));
    code.visitMaxs(0, 0);
    code.visitEnd();
  }

  private static void acceptUnlessDraining(MethodVisitor code, String descriptor) {
    Label draining = new Label();
    code.visitFieldInsn(Opcodes.GETSTATIC, NAME, DRAINING, "Z");
    code.visitJumpInsn(Opcodes.IFNE, draining);
    arguments(code, descriptor);
    code.visitMethodInsn(Opcodes.INVOKESTATIC, "sun/nio/ch/Net", "accept", descriptor, false);
    code.visitInsn(Opcodes.IRETURN);
    code.visitLabel(draining);
    code.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
  }

  private static void arguments(MethodVisitor code, String descriptor) {
    int slot = 0;
    for (Type argument : Type.getArgumentTypes(descriptor)) {
      code.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), slot);
      slot += argument.getSize();
    }
  }

  /// Has the class call these from now on.
  void connect(Binding binding, Draining draining) throws ReflectiveOperationException {
    MethodHandles.Lookup ours = MethodHandles.lookup();
    set("bind", ours.bind(binding, "bind", BIND));
    set("bindServer", ours.bind(binding, "bind", BIND_SERVER));
    set("configureBlocking", ours.bind(binding, "configureBlocking", BLOCKING));
    set("accept", ours.bind(draining, "accept", ACCEPT));
    set("read", ours.bind(draining, "read", TRANSFER));
    set("readv", ours.bind(draining, "readv", TRANSFER_VECTOR));
    set("write", ours.bind(draining, "write", TRANSFER));
    set("writev", ours.bind(draining, "writev", TRANSFER_VECTOR));
  }

  private void set(String name, MethodHandle value) throws ReflectiveOperationException {
    inside.findStaticVarHandle(inside.lookupClass(), name, MethodHandle.class).set(value);
  }

  /// From now on the process drains.
  void drain() {
    try {
      inside.findStaticVarHandle(inside.lookupClass(), DRAINING, boolean.class).setVolatile(true);
    } catch (ReflectiveOperationException error) {
      throw new IllegalStateException(error);
    }
  }
}
