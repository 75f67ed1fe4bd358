df = glueContext.create_dynamic_frame.from_catalog(database="sales", table_name="orders")
spark.sql("select * from sales.orders")
glueContext.write_dynamic_frame.from_catalog(frame=df, database = 'sales', table_name = 'clean')
