package dev.valence;

/**
 * Which channels a renderer may use. Main checks every frame; what is forbidden is dropped, counted and, for a request,
 * answered with {@link ErrorCode#PERMISSION_DENIED}.
 */
public enum Permissions {
    /** Every channel, in every way. */
    OPEN,
    /** Only the channels that main declared, in every way. */
    DECLARED_ONLY;

    /** Returns the permissions of a renderer that may use every channel; the default for launched renderers. */
    public static Permissions open() {
        return OPEN;
    }

    /** Returns the permissions of one that may use declared channels only; the default for invited ones. */
    public static Permissions declaredOnly() {
        return DECLARED_ONLY;
    }
}
