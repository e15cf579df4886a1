package io.jpm.agent;

import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/// Redirects the system calls in a method of a server socket class to [SocketHooks].
final class CallRedirectVisitor extends MethodVisitor {
  private static final String NET = "sun/nio/ch/Net";
  private static final String BIND = "(Ljava/io/FileDescriptor;Ljava/net/InetAddress;I)V";
  private static final String BIND_SERVER = "(Ljava/io/FileDescriptor;Ljava/net/InetAddress;IZ)V";

  private static final String CLOSE = "(Ljava/io/FileDescriptor;)V";

  private final String type;
  private final Runnable changed;

  /// Creates a visitor for one method.
  ///
  /// @param type the class that contains the method
  /// @param changed run for each change
  CallRedirectVisitor(String type, MethodVisitor next, Runnable changed) {
    super(Opcodes.ASM9, next);
    this.type = type;
    this.changed = changed;
  }

  @Override
  public void visitMethodInsn(
      int opcode, String owner, String name, String descriptor, boolean ofInterface) {
    boolean call = opcode == Opcodes.INVOKESTATIC;
    if (opcode == Opcodes.INVOKEVIRTUAL
        && owner.endsWith("Dispatcher")
        && name.equals("close")
        && descriptor.equals(CLOSE)) {
      visitInsn(Opcodes.DUP);
      hook("close", CLOSE);
    }
    if (call && owner.equals(NET) && name.equals("bind") && descriptor.equals(BIND)) {
      isServer();
      hook("bindServer", BIND_SERVER);
    } else if (call && owner.equals(NET) && isHooked(name, descriptor)) {
      hook(name, descriptor);
    } else if (call
        && type.endsWith("/ServerSocketChannelImpl")
        && owner.endsWith("/IOUtil")
        && name.equals("configureBlocking")) {
      hook(name, descriptor);
    } else {
      super.visitMethodInsn(opcode, owner, name, descriptor, ofInterface);
    }
  }

  private static boolean isHooked(String name, String descriptor) {
    return name.equals("bind")
        || name.equals("accept")
        || name.equals("listen")
        || (SocketHooks.OF_SOCKET.contains(name) && isOfDescriptor(descriptor));
  }

  /// Reports whether the first parameter of a method is a `FileDescriptor`.
  static boolean isOfDescriptor(String method) {
    return method.startsWith("(Ljava/io/FileDescriptor;");
  }

  /// Emits code that pushes a boolean onto the stack: whether the socket is a server socket.
  /// `java.net` uses the same class for clients and servers.
  private void isServer() {
    if (type.endsWith("/NioSocketImpl")) {
      visitVarInsn(Opcodes.ALOAD, 0);
      visitFieldInsn(Opcodes.GETFIELD, type, "server", "Z");
    } else {
      visitInsn(Opcodes.ICONST_1);
    }
  }

  private void hook(String name, String descriptor) {
    super.visitMethodInsn(Opcodes.INVOKESTATIC, SocketHooks.NAME, name, descriptor, false);
    changed.run();
  }
}
