package io.jpm.agent;

import static java.lang.invoke.MethodType.methodType;

import java.io.FileDescriptor;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.util.Set;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/// Defines `sun.nio.ch.JpmHooks`, the class that the JDK's socket classes call. It is in the same
/// package as these classes, because they cannot access a class of the agent. Each of its static
/// methods calls a method handle that refers to [SharedSocketBinder], [DrainInterceptor] or
/// [ProbedListeners]. To reduce overhead, most calls only read the field of a switch while the
/// process does not drain and no server has a [ProbedListener].
final class SocketHooks {
  /// The internal name of the class, as in class files.
  static final String NAME = "sun/nio/ch/JpmHooks";

  /// The switch that is on while the process drains.
  static final String DRAINING = "draining";

  /// The switch that is on if servers of the process have a [ProbedListener].
  private static final String PROBED = "probed";

  /// The methods of `Net` that require a socket. They are called with the socket of a server if the
  /// server's own descriptor is not a socket.
  static final Set<String> OF_SOCKET =
      Set.of(
          "localAddress",
          "setSocketOption",
          "getSocketOption",
          "setIpSocketOption",
          "getIpSocketOption");

  private static final String NET = "sun/nio/ch/Net";

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
  private static final MethodType LISTEN = methodType(void.class, FileDescriptor.class, int.class);
  private static final MethodType CLOSE = methodType(void.class, FileDescriptor.class);
  private static final MethodType SOCKET = methodType(FileDescriptor.class, FileDescriptor.class);
  private static final MethodType TRANSFER =
      methodType(int.class, FileDescriptor.class, long.class, int.class);
  private static final MethodType TRANSFER_VECTOR =
      methodType(long.class, FileDescriptor.class, long.class, int.class);

  private final MethodHandles.Lookup inside;

  private SocketHooks(MethodHandles.Lookup inside) {
    this.inside = inside;
  }

  /// Defines the class. The JDK does not call it yet.
  ///
  /// @param networking access to the package of the class
  static SocketHooks define(MethodHandles.Lookup networking) throws ReflectiveOperationException {
    ClassWriter type = new ClassWriter(ClassWriter.COMPUTE_MAXS);
    type.visit(
        Opcodes.V17, Opcodes.ACC_FINAL | Opcodes.ACC_SUPER, NAME, null, "java/lang/Object", null);
    type.visitField(Opcodes.ACC_STATIC | Opcodes.ACC_VOLATILE, DRAINING, "Z", null, null);
    type.visitField(Opcodes.ACC_STATIC, PROBED, "Z", null, null);
    method(type, "bind", BIND);
    method(type, "bindServer", BIND_SERVER);
    method(type, "configureBlocking", BLOCKING);
    method(type, "accept", ACCEPT, NET, DRAINING, PROBED);
    method(type, "listen", LISTEN, NET, PROBED);
    method(type, "close", CLOSE, "", PROBED);
    method(type, "socket", SOCKET, "", PROBED);
    method(type, "read", TRANSFER);
    method(type, "readv", TRANSFER_VECTOR);
    method(type, "write", TRANSFER);
    method(type, "writev", TRANSFER_VECTOR);
    for (Method method : networking.lookupClass().getDeclaredMethods()) {
      String descriptor = Type.getMethodDescriptor(method);
      if (OF_SOCKET.contains(method.getName()) && CallRedirectVisitor.isOfDescriptor(descriptor)) {
        ofSocket(type, method.getName(), descriptor);
      }
    }
    type.visitEnd();
    Class<?> hooks = networking.defineClass(type.toByteArray());
    return new SocketHooks(MethodHandles.privateLookupIn(hooks, MethodHandles.lookup()));
  }

  /// Adds a static method, and the field of the method handle that it calls.
  private static void method(ClassWriter type, String name, MethodType method) {
    method(type, name, method, "");
  }

  /// Adds a static method that calls its method handle only if one of its switches is on.
  ///
  /// @param usual the class whose method of the same name is called while all switches are off; if
  ///   empty, the method then does nothing and returns its argument
  /// @param switches the fields of the switches; if there are none, the method handle is always
  ///   called
  private static void method(
      ClassWriter type, String name, MethodType method, String usual, String... switches) {
    String descriptor = method.toMethodDescriptorString();
    type.visitField(Opcodes.ACC_STATIC, name, HANDLE, null, null);
    MethodVisitor code = type.visitMethod(Opcodes.ACC_STATIC, name, descriptor, null, null);
    code.visitCode();
    if (switches.length > 0) {
      Label hooked = new Label();
      for (String one : switches) {
        code.visitFieldInsn(Opcodes.GETSTATIC, NAME, one, "Z");
        code.visitJumpInsn(Opcodes.IFNE, hooked);
      }
      if (!usual.isEmpty()) {
        arguments(code, descriptor);
        code.visitMethodInsn(Opcodes.INVOKESTATIC, usual, name, descriptor, false);
      } else if (method.returnType() != void.class) {
        arguments(code, descriptor);
      }
      code.visitInsn(Type.getReturnType(descriptor).getOpcode(Opcodes.IRETURN));
      code.visitLabel(hooked);
      code.visitFrame(Opcodes.F_SAME, 0, null, 0, null);
    }
    code.visitFieldInsn(Opcodes.GETSTATIC, NAME, name, HANDLE);
    arguments(code, descriptor);
    code.visitMethodInsn(
        Opcodes.INVOKEVIRTUAL, "java/lang/invoke/MethodHandle", "invokeExact", descriptor, false);
    code.visitInsn(Type.getReturnType(descriptor).getOpcode(Opcodes.IRETURN));
    code.visitMaxs(0, 0);
    code.visitEnd();
  }

  /// Adds a static method that calls the method of the same name in `Net`, with the socket of a
  /// server instead of the server's descriptor.
  private static void ofSocket(ClassWriter type, String name, String descriptor) {
    MethodVisitor code = type.visitMethod(Opcodes.ACC_STATIC, name, descriptor, null, null);
    code.visitCode();
    code.visitVarInsn(Opcodes.ALOAD, 0);
    code.visitMethodInsn(
        Opcodes.INVOKESTATIC, NAME, "socket", SOCKET.toMethodDescriptorString(), false);
    code.visitVarInsn(Opcodes.ASTORE, 0);
    arguments(code, descriptor);
    code.visitMethodInsn(Opcodes.INVOKESTATIC, NET, name, descriptor, false);
    code.visitInsn(Type.getReturnType(descriptor).getOpcode(Opcodes.IRETURN));
    code.visitMaxs(0, 0);
    code.visitEnd();
  }

  private static void arguments(MethodVisitor code, String descriptor) {
    int slot = 0;
    for (Type argument : Type.getArgumentTypes(descriptor)) {
      code.visitVarInsn(argument.getOpcode(Opcodes.ILOAD), slot);
      slot += argument.getSize();
    }
  }

  /// Connects the methods of the class to these objects.
  void connect(
      SharedSocketBinder sharedSocketBinder,
      DrainInterceptor drainInterceptor,
      ProbedListeners probedListeners)
      throws ReflectiveOperationException {
    MethodHandles.Lookup ours = MethodHandles.lookup();
    set("bind", ours.bind(sharedSocketBinder, "bind", BIND));
    set("bindServer", ours.bind(sharedSocketBinder, "bind", BIND_SERVER));
    set("configureBlocking", ours.bind(sharedSocketBinder, "configureBlocking", BLOCKING));
    set("accept", ours.bind(drainInterceptor, "accept", ACCEPT));
    set("listen", ours.bind(probedListeners, "listen", LISTEN));
    set("close", ours.bind(sharedSocketBinder, "close", CLOSE));
    set("socket", ours.bind(probedListeners, "socket", SOCKET));
    inside
        .findStaticVarHandle(inside.lookupClass(), PROBED, boolean.class)
        .set(probedListeners.enabled());
    set("read", ours.bind(drainInterceptor, "read", TRANSFER));
    set("readv", ours.bind(drainInterceptor, "readv", TRANSFER_VECTOR));
    set("write", ours.bind(drainInterceptor, "write", TRANSFER));
    set("writev", ours.bind(drainInterceptor, "writev", TRANSFER_VECTOR));
  }

  private void set(String name, MethodHandle value) throws ReflectiveOperationException {
    inside.findStaticVarHandle(inside.lookupClass(), name, MethodHandle.class).set(value);
  }

  /// Turns on the switch for draining.
  void drain() {
    try {
      inside.findStaticVarHandle(inside.lookupClass(), DRAINING, boolean.class).setVolatile(true);
    } catch (ReflectiveOperationException error) {
      throw new IllegalStateException(error);
    }
  }
}
