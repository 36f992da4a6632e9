"""Long agent tasks: started once, followed in short steps, reported back where they were asked."""
