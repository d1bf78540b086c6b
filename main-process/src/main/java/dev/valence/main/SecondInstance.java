package dev.valence.main;

/** Another process is the first of the application, and has got the arguments of this one. */
public record SecondInstance() implements SingleInstance {}
