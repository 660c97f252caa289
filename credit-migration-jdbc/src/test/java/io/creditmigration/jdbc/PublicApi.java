package io.creditmigration.jdbc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What hosts can call, found by reflection, so that nothing is forgotten. */
final class PublicApi {

    private PublicApi() {}

    /** The public classes of the package of this one, in the order of their names. */
    static List<Class<?>> classesBeside(Class<?> one) {
        try {
            Path place = Path.of(
                    one.getProtectionDomain().getCodeSource().getLocation().toURI());
            if (Files.isDirectory(place)) {
                return classesBeside(one, place);
            }
            try (FileSystem jar = FileSystems.newFileSystem(place)) {
                return classesBeside(one, jar.getPath("/"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (URISyntaxException | ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Class<?>> classesBeside(Class<?> one, Path root) throws IOException, ClassNotFoundException {
        List<Class<?>> classes = new ArrayList<>();
        try (Stream<Path> files = Files.list(root.resolve(one.getPackageName().replace('.', '/')))) {
            for (Path file : files.toList()) {
                String name = root.relativize(file).toString().replace('/', '.');
                if (name.endsWith(".class") && !name.endsWith("package-info.class")) {
                    Class<?> found = Class.forName(name.substring(0, name.length() - ".class".length()));
                    if (isPublic(found)) {
                        classes.add(found);
                    }
                }
            }
        }
        classes.sort(Comparator.comparing(Class::getName));
        return classes;
    }

    /** Its public constructors and methods that take something other than a number, and are its own. */
    static List<Executable> callables(Class<?> type) {
        List<Executable> all = new ArrayList<>();
        for (Constructor<?> constructor : type.getDeclaredConstructors()) {
            all.add(constructor);
        }
        for (Method method : type.getDeclaredMethods()) {
            boolean ofObject = List.of("equals", "compareTo", "valueOf").contains(method.getName());
            if (!method.isSynthetic() && !ofObject) {
                all.add(method);
            }
        }
        return all.stream()
                .filter(one -> Modifier.isPublic(one.getModifiers()))
                .filter(one -> Arrays.stream(one.getParameterTypes()).anyMatch(parameter -> !parameter.isPrimitive()))
                .sorted(Comparator.comparing(PublicApi::name))
                .toList();
    }

    /** As a reader of the documentation would write it. */
    static String name(Executable one) {
        String type = one.getDeclaringClass().getName();
        String simple = type.substring(type.lastIndexOf('.') + 1).replace('$', '.');
        String parameters =
                Arrays.stream(one.getParameterTypes()).map(Class::getSimpleName).collect(Collectors.joining(", "));
        return (one instanceof Method ? simple + "." + one.getName() : "new " + simple) + "(" + parameters + ")";
    }

    static boolean isNullable(Executable one, int parameter) {
        AnnotatedType type = one.getAnnotatedParameterTypes()[parameter];
        for (Annotation annotation : type.getAnnotations()) {
            if (annotation.annotationType() == Nullable.class) {
                return true;
            }
        }
        return false;
    }

    /** Calls it; answers what was thrown, null where nothing was. */
    static @Nullable Throwable call(Executable one, @Nullable Object receiver, @Nullable Object[] arguments) {
        try {
            if (one instanceof Method method) {
                method.invoke(receiver, arguments);
            } else {
                ((Constructor<?>) one).newInstance(arguments);
            }
            return null;
        } catch (InvocationTargetException e) {
            return e.getCause();
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(name(one), e);
        }
    }

    private static boolean isPublic(Class<?> type) {
        for (Class<?> at = type; at != null; at = at.getEnclosingClass()) {
            if (!Modifier.isPublic(at.getModifiers())) {
                return false;
            }
        }
        return true;
    }
}
